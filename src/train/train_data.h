/* What a run trains on: the split, and its samples in memory. */
#ifndef UNETCL_TRAIN_TRAIN_DATA_H
#define UNETCL_TRAIN_TRAIN_DATA_H

#include "data/pictures.h"
#include "unetcl/train.h"

/* Starts zeroed; released with unet_train_data_free also after a failure. */
typedef struct unet_train_data {
  unet_dataset *dataset;
  unet_split split;
  char *split_json;                /* the split as text, for split.json and the model */
  unet_samples train, val, select; /* with --tile: none to train on, and windows of the others */
  unet_pictures pictures;          /* with --tile: those to train on */
  size_t *val_defects;             /* defect pixels of each held-out image */
  uint32_t checksum;               /* of all samples: a resumed run must see the same */
} unet_train_data;

/* Lists the files and splits them; cheap. */
unet_status unet_train_data_open(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks);
/* Reads all pictures, once, on all cores. All problems are told before it fails; too little memory is told
 * before anything is read. */
unet_status unet_train_data_load(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks);
void unet_train_data_free(unet_train_data *data);

#endif
