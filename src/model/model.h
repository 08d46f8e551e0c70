/* The inside of a model. */
#ifndef UNETCL_MODEL_MODEL_H
#define UNETCL_MODEL_MODEL_H

#include <jansson.h>

#include "base/error.h"
#include "unetcl/model.h"

struct unet_model {
  unet_architecture architecture;
  unet_parameter *tensors; /* their names are owned */
  size_t count;
  size_t parameter_count;
  float *values; /* all tensors one after the other; NULL until unet_model_allocate */
  float threshold;
  size_t min_area;
  bool tiles;
  char *path;       /* of the file it was read from; NULL: none */
  json_t *metadata; /* texts, without what the fields above hold */
};

/* A model whose tensors are listed but have no memory yet: a file's claims are checked before. */
unet_status unet_model_list(unet_model **out, const unet_architecture *architecture);
unet_status unet_model_allocate(unet_model *model);

/* *out = what describes the model, without its weights, for people: nothing can be computed with it. */
unet_status unet_model_describe(unet_model **out, const unet_model *model);

/* The file it was read from, as it was named; NULL: none. */
const char *unet_model_path(const unet_model *model);

#endif
