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

/* `folder` NULL: the embedded ones. */
static unet_status load(char **text, const char *folder, const char *file) {
  return folder ? load_from_folder(text, folder, file) : load_embedded(text, file);
}

/* *text = common, then own; with the file that `own` includes, if it does, in the place of the line that says
 * so. */
static unet_status join(char **text, const char *common, const char *own, const char *folder) {
  static const char directive[] = "#include \"", end[] = ".cl\"\n";
  const char *line = strstr(own, directive), *line_end = line ? strstr(line, end) : NULL;
  if (!line_end) return unet_format_text(text, "%s\n%s", common, own);
  const char *first = line + strlen(directive);
  char *name = NULL, *included = NULL;
  unet_status status = unet_format_text(&name, "%.*s", (int)(line_end - first), first);
  if (status == UNET_OK) status = load(&included, folder, name);
  if (status == UNET_OK)
    status = unet_format_text(text, "%s\n%.*s%s%s", common, (int)(line - own), own, included,
                              line_end + strlen(end));
  free(name);
  free(included);
  return status;
}

unet_status unet_source_load(char **text, const char *file) {
  const char *variable = getenv("UNETCL_CL_DIR"), *folder = variable && *variable ? variable : NULL;
  char *common = NULL, *own = NULL;
  unet_status status = load(&common, folder && folder_has_common(folder) ? folder : NULL, "common");
  if (status == UNET_OK) status = load(&own, folder, file);
  if (status == UNET_OK && own) status = join(text, common, own, folder);
  free(common);
  free(own);
  return status;
}
