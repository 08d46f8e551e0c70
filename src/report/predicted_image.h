/* One image with what was found in it, at its own size. */
#ifndef UNETCL_REPORT_PREDICTED_IMAGE_H
#define UNETCL_REPORT_PREDICTED_IMAGE_H

#include "data/image.h"
#include "run/predictor.h"
#include "unetcl/predict.h"

/* Starts zeroed; release with unet_predicted_image_free, also after a failure. */
typedef struct unet_predicted_image {
  unet_image image, map, mask;
  uint8_t *defect; /* 1 where it is */
  unet_prediction result;
} unet_predicted_image;

/* Marks `image`, which has been read from `path`: fills all the rest. The path must outlive it. */
unet_status unet_predicted_image_mark(unet_predicted_image *out, unet_predictor *predictor, const char *path);

/* What the pictures' names end with. */
enum { UNET_PREDICTED_ENDINGS = 3 };
extern const char *const unet_predicted_endings[UNET_PREDICTED_ENDINGS];

/* Writes <folder>/<target>_mask.png, _prob.png and _overlay.png. Folders are made with their first picture,
 * and go with it where that fails. */
unet_status unet_predicted_image_write(const unet_predicted_image *predicted, const char *folder,
                                       const char *target);

void unet_predicted_image_free(unet_predicted_image *predicted);

#endif
