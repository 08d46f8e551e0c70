/* The layout of two folders, images and masks. */
#include "data/dataset.h"

unet_status unet_layout_pairs(unet_dataset *dataset, const char *defects, unet_problems *problems) {
  static const char *const types[] = {"defect"};
  UNET_TRY(unet_check_types(defects, types, 1, dataset->folder, problems));
  return unet_add_pairs(dataset, types[0], "", dataset->masks_folder, problems);
}
