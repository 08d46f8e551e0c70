/* Marking defects: frames in memory, and image files. */
#ifndef UNETCL_PREDICT_H
#define UNETCL_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/device.h"
#include "unetcl/model.h"

/* A model made ready on a device; takes `batch` images at a time (1 for single frames). Used from one thread
 * at a time. The device must outlive it; the model is copied. */
typedef struct unet_predictor unet_predictor;
UNET_API unet_status unet_predictor_create(unet_predictor **out, unet_device *device, const unet_model *model,
                                           size_t batch);
UNET_API void unet_predictor_destroy(unet_predictor *predictor);

/* One frame in memory: 8-bit RGB, rows of `stride` bytes (width * 3 or more). `probability` (height x width
 * floats) and `mask` (height x width bytes, 0 or 255) are at the frame's own size; either may be NULL. */
UNET_API unet_status unet_predict_frame(unet_predictor *predictor, const uint8_t *rgb, size_t width,
                                        size_t height, size_t stride, float *probability, uint8_t *mask);

/* What became of one image. */
typedef struct unet_prediction {
  const char *image;    /* its path */
  size_t defect_pixels; /* at the image's own size */
  double defect_share;  /* of all pixels */
  double max_probability;
} unet_prediction;

typedef struct unet_predict_options {
  const char *out;                                                 /* folder for the results */
  void (*on_image)(void *user, const unet_prediction *prediction); /* after each image; may be NULL */
  void (*on_problem)(void *user, const char *line); /* an image that cannot be read; may be NULL */
  bool (*stop)(void *user); /* asked before each image; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
} unet_predict_options;

/* Image files: `inputs` are images, or folders that are walked and mirrored under options->out (which is
 * passed over where it lies in one of them). Writes for each image, at its own size, NAME_mask.png (0 or
 * 255), NAME_prob.png (16-bit grey, probability x 65535) and NAME_overlay.png, and predictions.csv over all:
 * image, defect_pixels, defect_share, max_probability, verdict (defect where a pixel is, else good). Images
 * that cannot be read are told and left out, and end the call with UNET_BAD_INPUT after the others are
 * written; inputs without any image are UNET_BAD_INPUT, two images that would write the same file, or a
 * result that would replace an input, UNET_USAGE, before anything is written. After UNET_INTERRUPTED what was
 * done stays. A folder made for nothing is removed. */
UNET_API unet_status unet_predict_files(unet_predictor *predictor, const char *const *inputs, size_t n_inputs,
                                        const unet_predict_options *options);

#endif
