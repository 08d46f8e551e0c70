#include "base/cache_folder.h"

#include <stdlib.h>

#include "base/path.h"

unet_status unet_cache_folder(char **folder) {
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  *folder = NULL;
  if (cache && *cache == '/') return unet_path_join(folder, cache, "unetcl");
  if (home && *home) return unet_path_join(folder, home, ".cache/unetcl");
  return UNET_OK;
}
