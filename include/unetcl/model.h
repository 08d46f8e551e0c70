/* The U-Net: its architecture, its weights, its file. */
#ifndef UNETCL_MODEL_H
#define UNETCL_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "unetcl/status.h"

enum { UNET_MAX_LEVELS = 8 };

/* filters[0..n_levels) are the widths of the encoder's levels; each level but the first halves the size.
 * The decoder's level k (from 1) has filters[k] / 2 channels. height and width must be divisible by
 * 2^(n_levels - 1). */
typedef struct unet_architecture {
  size_t channels; /* of the input: 1 or 3 */
  size_t height, width;
  size_t n_levels;
  size_t filters[UNET_MAX_LEVELS];
} unet_architecture;

/* The article's network: 3 channels, 256x256, filters 8, 16, 32, 64, 64, 128; 600,729 parameters. */
UNET_API unet_architecture unet_architecture_default(void);

/* UNET_USAGE with a line that names what is wrong and, for a size, the nearest sizes that fit. */
UNET_API unet_status unet_architecture_check(const unet_architecture *architecture);

/* Parses "8,16,32" into filters and n_levels; UNET_USAGE for anything else. */
UNET_API unet_status unet_architecture_parse_filters(unet_architecture *architecture, const char *text);

/* A model: architecture, weights in host memory, and what belongs to them. */
typedef struct unet_model unet_model;

/* A model with all weights zero; they come from a file or from training. */
UNET_API unet_status unet_model_create(unet_model **out, const unet_architecture *architecture);
/* Reads a safetensors file written by unet_model_save (best or last of a run). UNET_BAD_INPUT, naming
 * the file, for anything that is not such a file: truncated, foreign, wrong shapes, missing tensors,
 * weights that are not finite. */
UNET_API unet_status unet_model_load(unet_model **out, const char *path);
/* Writes beside and renames. */
UNET_API unet_status unet_model_save(const unet_model *model, const char *path);
UNET_API void unet_model_destroy(unet_model *model);

UNET_API const unet_architecture *unet_model_architecture(const unet_model *model);

/* The trained tensors in the order of the file: enc1.conv1.weight, ... head.bias. */
typedef struct unet_parameter {
  const char *name;
  size_t shape[4]; /* PyTorch's layout; a bias is (1,out,1,1) here and (out) in the file */
  size_t count;    /* of floats */
  float *values;   /* owned by the model, writable */
} unet_parameter;
UNET_API size_t unet_model_tensor_count(const unet_model *model);
UNET_API const unet_parameter *unet_model_tensor(const unet_model *model, size_t index);
/* All floats of all tensors. */
UNET_API size_t unet_model_parameter_count(const unet_model *model);

/* Probability above which a pixel is defect; 0.5 unless training chose another. */
UNET_API float unet_model_threshold(const unet_model *model);
UNET_API void unet_model_set_threshold(unet_model *model, float threshold);

/* A connected region of such pixels with fewer than this, at the picture's own size, is no defect; 0 unless
 * training was given another. */
UNET_API size_t unet_model_min_area(const unet_model *model);
UNET_API void unet_model_set_min_area(unet_model *model, size_t pixels);
/* Whether it works on windows of its input size at a picture's own scale, not on the picture made that size.
 */
UNET_API bool unet_model_tiles(const unet_model *model);
UNET_API void unet_model_set_tiles(unet_model *model, bool tiles);

/* The split that the model was trained with, as JSON, or NULL. */
UNET_API const char *unet_model_split(const unet_model *model);
/* Any text entry of the file's metadata, or NULL; and setting one (the text is copied; NULL removes it). */
UNET_API const char *unet_model_metadata(const unet_model *model, const char *key);
UNET_API unet_status unet_model_set_metadata(unet_model *model, const char *key, const char *text);

/* *text = the layers with output shapes and parameters, totals and the memory of the plans for training and
 * inference at this batch, as Keras users know it; the caller frees it. Needs no device. */
UNET_API unet_status unet_architecture_summary(char **text, const unet_architecture *architecture,
                                               size_t batch);

#endif
