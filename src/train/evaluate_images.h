/* Measuring with a report at hand. */
#ifndef UNETCL_TRAIN_EVALUATE_IMAGES_H
#define UNETCL_TRAIN_EVALUATE_IMAGES_H

#include "report/report.h"
#include "unetcl/evaluate.h"

/* As unet_evaluate, but that options->out gets the two figures only; each image, figure and curve is added to
 * `report`, unless that is NULL. */
unet_status unet_evaluate_images(unet_evaluation *out, unet_device *device, const unet_model *model,
                                 const unet_evaluate_options *options, unet_report *report);

#endif
