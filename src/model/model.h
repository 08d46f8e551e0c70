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
  json_t *metadata; /* texts, without what the fields above hold */
};

/* A model whose tensors are listed but have no memory yet: a file's claims are checked before. */
unet_status unet_model_list(unet_model **out, const unet_architecture *architecture);
unet_status unet_model_allocate(unet_model *model);

#endif
