/* Marking defects: frames in memory, and image files. */
#ifndef UNETCL_PREDICT_H
#define UNETCL_PREDICT_H

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

#endif
