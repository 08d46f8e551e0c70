/* The word MODEL of a command line. */
#ifndef UNETCL_CLI_MODEL_ARGUMENT_H
#define UNETCL_CLI_MODEL_ARGUMENT_H

#include "unetcl/model.h"

/* unet_model_load; what is no model by its very name (a folder, a picture) is refused with a hint at the
 * mix-up. */
unet_status unet_model_argument_load(unet_model **out, const char *path);

#endif
