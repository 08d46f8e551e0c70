/* The split that a model stores, on a data set which may have lost some of its images since. */
#ifndef UNETCL_DATA_STORED_SPLIT_H
#define UNETCL_DATA_STORED_SPLIT_H

#include "data/dataset.h"

/* *out = the images of the split that the data set holds, *missing = how many it does not. UNET_BAD_INPUT
 * when one of the list `needed` ("val" or "train") is among these; `chosen`: only some defect types are in
 * use, which may be why. Release with unet_split_free. */
unet_status unet_stored_split_find(unet_split *out, size_t *missing, const unet_dataset *dataset,
                                   const char *json, const char *needed, bool chosen);

#endif
