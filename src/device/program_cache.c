#include "device/program_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/cache_folder.h"
#include "base/checksum.h"
#include "base/path.h"
#include "device/binary_file.h"
#include "device/internal.h"

/* --- its place ---------------------------------------------------------------------------------------- */

/* What a file must agree with, and where it lies. */
typedef struct binary_place {
  char *key, *folder, *path;
} binary_place;

static void free_place(binary_place *place) {
  free(place->key);
  free(place->folder);
  free(place->path);
}

static unet_status make_key(char **key, const unet_device_info *info, const unet_program_text *text) {
  return unet_format_text(key, "%s\n%s\n%s\n%s\n%s", info->platform_name, info->name, info->driver_version,
                          text->options, text->source);
}

static unet_status make_path(binary_place *place, const char *cache, const unet_program_text *text) {
  char *name = NULL;
  unet_status status = unet_path_join(&place->folder, cache, "programs");
  uint32_t checksum = unet_crc32(0, place->key, strlen(place->key));
  if (status == UNET_OK) status = unet_format_text(&name, "%s-%08x.bin", text->file, checksum);
  if (status == UNET_OK) status = unet_path_join(&place->path, place->folder, name);
  free(name);
  return status;
}

/* False: nothing can be kept. */
static bool find_place(binary_place *place, const unet_device *device, const unet_program_text *text) {
  char *cache = NULL;
  *place = (binary_place){0};
  bool found = unet_cache_folder(&cache) == UNET_OK && cache &&
               make_key(&place->key, &device->info, text) == UNET_OK &&
               make_path(place, cache, text) == UNET_OK;
  free(cache);
  if (!found) free_place(place);
  return found;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static cl_program build_binary(const unet_device *device, const char *options, const unsigned char *binary,
                               size_t size) {
  cl_int taken = CL_SUCCESS, code = CL_SUCCESS;
  cl_program program =
      clCreateProgramWithBinary(device->context, 1, &device->id, &size, &binary, &taken, &code);
  if (code != CL_SUCCESS) return NULL;
  if (taken == CL_SUCCESS && clBuildProgram(program, 1, &device->id, options, NULL, NULL) == CL_SUCCESS)
    return program;
  clReleaseProgram(program);
  return NULL;
}

cl_program unet_program_cache_load(const unet_device *device, const unet_program_text *text) {
  binary_place place;
  char *bytes = NULL;
  const unsigned char *binary = NULL;
  size_t size = 0, binary_size = 0;
  cl_program program = NULL;
  if (!find_place(&place, device, text)) return NULL;
  if (unet_path_exists(place.path) && unet_read_file(&bytes, &size, place.path) == UNET_OK &&
      unet_binary_unpack(&binary, &binary_size, bytes, size, place.key))
    program = build_binary(device, text->options, binary, binary_size);
  free(bytes);
  free_place(&place);
  return program;
}

/* --- writing ------------------------------------------------------------------------------------------ */

/* *binary = the program for its only device, which the caller frees; false where the driver gives none. */
static bool read_binary(unsigned char **binary, size_t *size, cl_program program) {
  *size = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof *size, size, NULL) != CL_SUCCESS ||
      *size == 0)
    return false;
  unsigned char *read = NULL;
  if (unet_alloc_array((void *)&read, *size, 1) != UNET_OK) return false;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof read, (void *)&read, NULL) != CL_SUCCESS) {
    free(read);
    return false;
  }
  *binary = read;
  return true;
}

void unet_program_cache_save(const unet_device *device, const unet_program_text *text, cl_program program) {
  binary_place place;
  unsigned char *binary = NULL;
  char *bytes = NULL;
  size_t binary_size = 0, size = 0;
  if (!find_place(&place, device, text)) return;
  if (read_binary(&binary, &binary_size, program) &&
      unet_binary_pack(&bytes, &size, place.key, binary, binary_size) == UNET_OK &&
      unet_make_folders(place.folder) == UNET_OK)
    (void)unet_write_file(place.path, bytes, size);
  free(bytes);
  free(binary);
  free_place(&place);
}
