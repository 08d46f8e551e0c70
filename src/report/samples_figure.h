/* The two figures of samples that a model is run on. */
#ifndef UNETCL_REPORT_SAMPLES_FIGURE_H
#define UNETCL_REPORT_SAMPLES_FIGURE_H

#include "data/samples.h"
#include "report/figure.h"
#include "unetcl/device.h"
#include "unetcl/model.h"

/* Runs the model on samples chosen[0..n), n at most UNET_FIGURE_COLUMNS, and writes FOLDER/comparison.png and
 * FOLDER/overlay.png, making the folder where it is missing; names[i] is the caption of chosen[i]. */
unet_status unet_samples_figures(const char *folder, unet_device *device, const unet_model *model,
                                 const unet_samples *samples, const size_t *chosen, const char *const *names,
                                 size_t n);

#endif
