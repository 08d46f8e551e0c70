/* Splits as JSON text, from a file that must fit the data set, or from a model whose data set may have lost
 * some of its images since. */
#ifndef UNETCL_DATA_SPLIT_FILE_H
#define UNETCL_DATA_SPLIT_FILE_H

#include "data/dataset.h"

typedef struct unet_split_text {
  const char *json, *origin; /* the latter for messages */
  const char *needed; /* the list of which every name must be in the data set; "": none, NULL: all lists */
  const char *remedy; /* what to do about a name that is not */
} unet_split_text;

/* *out = the images of the split that the data set holds, *missing = how many it need not and does not hold.
 * UNET_BAD_INPUT for one that it must hold, and for text of any other form. Release with unet_split_free. */
unet_status unet_split_read(unet_split *out, size_t *missing, const unet_dataset *dataset,
                            const unet_split_text *text);

#endif
