/* The two figures of a data set's items that a model is run on. */
#ifndef UNETCL_REPORT_ITEM_FIGURES_H
#define UNETCL_REPORT_ITEM_FIGURES_H

#include "report/figure.h"
#include "run/predictor.h"
#include "unetcl/dataset.h"

/* Chooses up to UNET_FIGURE_COLUMNS of `count` images: spread evenly over those with a defect (they come
 * sorted by type); where there are none, over all. Returns how many. */
size_t unet_choose_items(size_t chosen[UNET_FIGURE_COLUMNS], size_t count,
                         bool (*has_defect)(const void *user, size_t index), const void *user);

/* Predicts items indices[0..n), n at most UNET_FIGURE_COLUMNS, at their own size and writes them, made
 * (height, width), as FOLDER/comparison.png and FOLDER/overlay.png, making the folder where it is missing.
 * The Dice beneath each is that of its own size. */
unet_status unet_item_figures(const char *folder, unet_predictor *predictor, const unet_dataset *dataset,
                              const size_t *indices, size_t n, size_t height, size_t width);

#endif
