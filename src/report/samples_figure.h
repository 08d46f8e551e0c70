/* The two figures of samples that a model is run on. */
#ifndef UNETCL_REPORT_SAMPLES_FIGURE_H
#define UNETCL_REPORT_SAMPLES_FIGURE_H

#include "data/samples.h"
#include "report/figure.h"
#include "run/predictor.h"

/* Chooses up to UNET_FIGURE_COLUMNS of `count` images: spread evenly over those with a defect (they come
 * sorted by type); where there are none, over all. Returns how many. */
size_t unet_choose_samples(size_t chosen[UNET_FIGURE_COLUMNS], size_t count,
                           bool (*has_defect)(const void *user, size_t index), const void *user);

/* Runs the network on samples chosen[0..n), n at most UNET_FIGURE_COLUMNS, and writes FOLDER/comparison.png
 * and FOLDER/overlay.png, making the folder where it is missing; names[i] is the caption of chosen[i]. */
unet_status unet_samples_figures(const char *folder, unet_predictor *predictor, const unet_samples *samples,
                                 const size_t *chosen, const char *const *names, size_t n);

#endif
