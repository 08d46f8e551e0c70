/* A model on a device, ready to give probability maps at the network's size. */
#ifndef UNETCL_RUN_PREDICTOR_H
#define UNETCL_RUN_PREDICTOR_H

#include <stdint.h>

#include "data/image.h"
#include "unetcl/predict.h"

struct unet_executor_options;

/* unet_predictor_create with a say in the algorithms; `options` may be NULL. */
unet_status unet_predictor_create_with(unet_predictor **out, unet_device *device, const unet_model *model,
                                       size_t batch, const struct unet_executor_options *options);

/* Planes (count, channels, height, width) in 16-bit fixed point at the network's size -> probability
 * (count, height, width). Any count; runs in batches. */
unet_status unet_predictor_run(unet_predictor *predictor, const uint16_t *planes, size_t count,
                               float *probability);

/* The picture's probability map at its own size (height x width), in 16-bit fixed point (probability x
 * 65535): what predict writes and evaluate measures. */
unet_status unet_predictor_image(unet_predictor *predictor, const unet_image *image, uint16_t *map);

/* The model's threshold and smallest region. */
float unet_predictor_threshold(const unet_predictor *predictor);
size_t unet_predictor_min_area(const unet_predictor *predictor);

/* What describes the model (see unet_model_describe), the device, and whether unet_predictor_set_tta is on.
 */
const unet_model *unet_predictor_model(const unet_predictor *predictor);
const unet_device *unet_predictor_device(const unet_predictor *predictor);
bool unet_predictor_tta(const unet_predictor *predictor);

/* What such a map marks at the model's threshold: defect (height x width) becomes 0 or 1, *regions what it
 * shows; smaller regions than the model's min_area are in neither. */
unet_status unet_predictor_judge(const unet_predictor *predictor, const uint16_t *map, size_t height,
                                 size_t width, uint8_t *defect, unet_regions *regions);

#endif
