#include "cli/model_argument.h"

#include <stdlib.h>
#include <strings.h>

#include "base/error.h"
#include "base/path.h"

static const char best[] = "best.safetensors";

/* A run's folder, most likely. */
static unet_status refuse_folder(const char *path) {
  char *model = NULL;
  UNET_TRY(unet_path_join(&model, path, best));
  unet_status status =
      unet_path_exists(model)
          ? unet_fail(UNET_BAD_INPUT, "%s: is a folder; did you mean %s", path, model)
          : unet_fail(UNET_BAD_INPUT,
                      "%s: is a folder, not a model file; MODEL comes first, e.g. runs/train/%s", path, best);
  free(model);
  return status;
}

/* Told by its name, so that a damaged model is still told what is wrong with it. */
static bool is_something_else(const char *path) {
  static const char *const others[] = {"png", "jpg", "jpeg", "bmp", "tga",
                                       "pgm", "ppm", "json", "csv", "html"};
  const char *extension = unet_path_extension(path);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (strcasecmp(extension, others[i]) == 0) return true;
  }
  return false;
}

unet_status unet_model_argument_load(unet_model **out, const char *path) {
  if (unet_path_is_folder(path)) return refuse_folder(path);
  if (unet_path_exists(path) && is_something_else(path))
    return unet_fail(UNET_BAD_INPUT, "%s: not a model file; MODEL comes first, e.g. runs/train/%s", path,
                     best);
  return unet_model_load(out, path);
}
