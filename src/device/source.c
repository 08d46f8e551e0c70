#include "device/source.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"

static unet_status load_embedded(char **text, const char *file) {
  for (size_t i = 0; i < unet_cl_source_count; i++) {
    if (strcmp(unet_cl_sources[i].name, file) == 0) return unet_copy_text(text, unet_cl_sources[i].text);
  }
  return unet_fail(UNET_INTERNAL, "no OpenCL source %s.cl in this build; this is a bug, please report it",
                   file);
}

static unet_status load_from_folder(char **text, const char *folder, const char *file) {
  char *name = NULL, *path = NULL;
  size_t size = 0;
  unet_status status = unet_format_text(&name, "%s.cl", file);
  if (status == UNET_OK) status = unet_path_join(&path, folder, name);
  if (status == UNET_OK && unet_path_exists(path)) {
    status = unet_read_file(text, &size, path);
  } else if (status == UNET_OK) {
    status = unet_fail(UNET_BAD_INPUT,
                       "%s: no such OpenCL source; set UNETCL_CL_DIR to the folder cl/ of the "
                       "sources, or unset it",
                       path);
  }
  free(name);
  free(path);
  return status;
}

static bool folder_has_common(const char *folder) {
  char *path = NULL;
  bool found = unet_path_join(&path, folder, "common.cl") == UNET_OK && unet_path_exists(path);
  free(path);
  return found;
}

unet_status unet_source_load(char **text, const char *file) {
  const char *folder = getenv("UNETCL_CL_DIR");
  bool from_folder = folder && *folder;
  char *common = NULL, *own = NULL;
  unet_status status = from_folder && folder_has_common(folder) ? load_from_folder(&common, folder, "common")
                                                                : load_embedded(&common, "common");
  if (status == UNET_OK) {
    status = from_folder ? load_from_folder(&own, folder, file) : load_embedded(&own, file);
  }
  if (status == UNET_OK) status = unet_format_text(text, "%s\n%s", common, own);
  free(common);
  free(own);
  return status;
}
