/* A model on a device, ready to give probability maps at the network's size. */
#ifndef UNETCL_RUN_PREDICTOR_H
#define UNETCL_RUN_PREDICTOR_H

#include <stdint.h>

#include "unetcl/predict.h"

/* Planes (count, channels, height, width) in 16-bit fixed point at the network's size -> probability
 * (count, height, width). Any count; runs in batches. */
unet_status unet_predictor_run(unet_predictor *predictor, const uint16_t *planes, size_t count,
                               float *probability);

#endif
