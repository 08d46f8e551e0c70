/* Model files: the model's tensors, what describes it as texts of the metadata, and, in a checkpoint, more.
 */
#ifndef UNETCL_MODEL_MODEL_FILE_H
#define UNETCL_MODEL_MODEL_FILE_H

#include <stdbool.h>

#include "model/safetensors.h"
#include "unetcl/model.h"

/* Names of further tensors start with this. */
#define UNET_FURTHER_PREFIX "adam."

/* A tensor of a model as a file holds it: a bias is (1,out,1,1) there and (out) in the file. */
unet_stored_tensor unet_model_stored(const unet_parameter *tensor);

/* Writes the model and `count` further tensors. */
unet_status unet_model_save_with(const unet_model *model, const char *path, const unet_stored_tensor *further,
                                 size_t count);

/* Like unet_model_load; *file = the whole file, for its further tensors. The caller frees both. */
unet_status unet_model_load_with(unet_model **out, unet_safetensors *file, const char *path);

/* Whether the metadata entry is written from the model's fields (architecture, threshold, ...). */
bool unet_model_file_owns(const char *key);

#endif
