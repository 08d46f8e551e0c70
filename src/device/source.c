#include "device/source.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/checksum.h"
#include "base/path.h"

uint32_t unet_cl_sources_checksum(void) {
  uint32_t checksum = 0;
  for (size_t i = 0; i < unet_cl_source_count; i++) {
    checksum = unet_crc32(checksum, unet_cl_sources[i].name, strlen(unet_cl_sources[i].name) + 1);
    checksum = unet_crc32(checksum, unet_cl_sources[i].text, strlen(unet_cl_sources[i].text) + 1);
  }
  return checksum;
}

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

/* Writes a source, and in the place of a line #include "NAME.cl" that one. */
static unet_status write_source(FILE *stream, const char *folder, const char *file) {
  char *text = NULL, name[64];
  unet_status status = load(&text, folder, file);
  for (const char *line = text; status == UNET_OK && line && *line;) {
    size_t length = strcspn(line, "\n");
    length += line[length] == '\n';
    if (sscanf(line, "#include \"%63[a-z0-9_].cl\"", name) == 1) {
      status = write_source(stream, folder, name);
    } else {
      fwrite(line, 1, length, stream);
    }
    line += length;
  }
  free(text);
  return status;
}

unet_status unet_source_load(char **text, const char *file) {
  const char *variable = getenv("UNETCL_CL_DIR"), *folder = variable && *variable ? variable : NULL;
  size_t size = 0;
  *text = NULL;
  FILE *stream = open_memstream(text, &size);
  if (!stream) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  unet_status status = write_source(stream, folder && folder_has_common(folder) ? folder : NULL, "common");
  if (status == UNET_OK) status = write_source(stream, folder, file);
  if (fclose(stream) != 0 && status == UNET_OK) status = unet_fail(UNET_NO_RESOURCE, "out of memory");
  if (status != UNET_OK) {
    free(*text);
    *text = NULL;
  }
  return status;
}
