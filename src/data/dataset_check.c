#include "data/dataset.h"

static unet_status count_covered(void *user, size_t position, const unet_image *image,
                                 const unet_mask *mask) {
  (void)image;
  size_t *covered = user, total = 0;
  if (!covered) return UNET_OK;
  for (size_t i = 0; mask->values && i < mask->width * mask->height; i++) total += mask->values[i];
  covered[position] = total;
  return UNET_OK;
}

unet_status unet_dataset_check(const unet_dataset *dataset, size_t *covered, unet_problem_fn on_problem,
                               void *user) {
  return unet_items_read(dataset, NULL, dataset->count, count_covered, covered, on_problem, user);
}
