/* A run's options as JSON: in config.json for people, in the checkpoint to hold a resumed run to them. */
#ifndef UNETCL_TRAIN_CONFIG_H
#define UNETCL_TRAIN_CONFIG_H

#include <jansson.h>

#include "train/train_data.h"

/* *out = the options that define the run's results, by the names of the command line. Where the pictures are
 * is not among them: what they hold is compared instead. */
unet_status unet_config_options(json_t **out, const unet_train_options *options);

/* *out = the same with "epochs", and "recipe": the name of the recipe to whose letter the training goes, or
 * null. What people want to know of a model. */
unet_status unet_config_summary(json_t **out, const unet_train_options *options);

/* Keeps that summary in the model's metadata, as "options". */
unet_status unet_config_describe(unet_model *model, const unet_train_options *options);

/* UNET_USAGE naming the first option that is not what the run in `folder` was started with. */
unet_status unet_config_compare(json_t *options, const json_t *started, const char *folder);

/* Writes config.json. */
unet_status unet_config_write(const char *path, const unet_train_options *options,
                              const unet_train_data *data, const unet_device_info *device, size_t parameters);

#endif
