/* Rare defects are shown more often. */
#ifndef UNETCL_TRAIN_OVERSAMPLE_H
#define UNETCL_TRAIN_OVERSAMPLE_H

#include "unetcl/dataset.h"

/* times[i] = how often an epoch shows item indices[i]: once for images of the most frequent defect type and
 * for good ones, for the others as often as makes their type as frequent, rounded down, at most `most`. */
void unet_oversample(size_t *times, const unet_dataset *dataset, const size_t *indices, size_t count,
                     size_t most);

#endif
