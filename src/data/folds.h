/* The folds of a cross-validation. */
#ifndef UNETCL_DATA_FOLDS_H
#define UNETCL_DATA_FOLDS_H

#include "unetcl/dataset.h"

typedef struct unet_fold_options {
  size_t folds;  /* 2 or more */
  double select; /* as in unet_split_options, of the fold's training images */
  size_t good;   /* so many images of train/good train in every fold */
  uint64_t seed;
} unet_fold_options;

/* *out = an array of options->folds splits. Each labelled image and each of test/good is held out in exactly
 * one of them; a labelled one trains in the others, one of test/good never does. Types are dealt out one by
 * one, so that the folds hold out as many of each, give or take one; a type's folds depend on the seed, its
 * name and its images, not on the other types in use. In folders of images and masks those with an empty mask
 * are dealt out by themselves. UNET_USAGE: less than 2 folds, or more than a type has images; else as
 * unet_split_make. Release with unet_folds_free. */
unet_status unet_folds_make(unet_split **out, const unet_dataset *dataset, const unet_fold_options *options);
void unet_folds_free(unet_split *folds, size_t count);

#endif
