#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "device/choose.h"
#include "device/internal.h"

enum { PLATFORM_NOT_FOUND = -1001 /* of the ICD loader: no driver is registered */ };

/* A list that grows, and the last reason why a platform gave nothing. */
typedef struct scan {
  unet_device_info *list;
  unet_device_handle *handles;
  size_t count, list_capacity, handle_capacity;
  cl_int refused;
} scan;

/* *out = what the device says, without leading spaces (some names have them); the caller frees it. */
static unet_status query_text(char **out, cl_device_id id, cl_device_info what) {
  size_t size = 0;
  if (clGetDeviceInfo(id, what, 0, NULL, &size) != CL_SUCCESS) size = 0;
  UNET_TRY(unet_alloc_array((void *)out, size + 1, 1));
  if (size && clGetDeviceInfo(id, what, size, *out, NULL) != CL_SUCCESS) **out = '\0';
  size_t spaces = strspn(*out, " ");
  memmove(*out, *out + spaces, strlen(*out + spaces) + 1);
  return UNET_OK;
}

static unet_status read_text(char *target, size_t size, cl_device_id id, cl_device_info what) {
  char *text = NULL;
  UNET_TRY(query_text(&text, id, what));
  snprintf(target, size, "%s", text);
  free(text);
  return UNET_OK;
}

/* `value` keeps its zero where the device does not know the question. */
#define READ(id, what, value) clGetDeviceInfo(id, what, sizeof(value), &(value), NULL)

static uint64_t read_bytes(cl_device_id id, cl_device_info what) {
  cl_ulong value = 0;
  READ(id, what, value);
  return value;
}

/* Whole words only: one extension's name may begin another's. */
static bool has_word(const char *words, const char *word) {
  size_t length = strlen(word);
  for (const char *at = strstr(words, word); at; at = strstr(at + length, word)) {
    bool starts = at == words || at[-1] == ' ';
    if (starts && (at[length] == ' ' || at[length] == '\0')) return true;
  }
  return false;
}

static unet_status read_features(unet_device_info *info, cl_device_id id) {
  char *extensions = NULL;
  UNET_TRY(query_text(&extensions, id, CL_DEVICE_EXTENSIONS));
  info->has_fp16 = has_word(extensions, "cl_khr_fp16");
  info->has_fp64 = has_word(extensions, "cl_khr_fp64");
  info->has_subgroups =
      has_word(extensions, "cl_khr_subgroups") || has_word(extensions, "cl_intel_subgroups");
  free(extensions);
  return UNET_OK;
}

static unet_device_type read_type(cl_device_id id) {
  cl_device_type type = 0;
  READ(id, CL_DEVICE_TYPE, type);
  if (type & CL_DEVICE_TYPE_GPU) return UNET_DEVICE_GPU;
  return type & CL_DEVICE_TYPE_ACCELERATOR ? UNET_DEVICE_ACCELERATOR : UNET_DEVICE_CPU;
}

static unet_status read_info(unet_device_info *info, cl_device_id id) {
  UNET_TRY(read_text(info->name, sizeof info->name, id, CL_DEVICE_NAME));
  UNET_TRY(read_text(info->vendor, sizeof info->vendor, id, CL_DEVICE_VENDOR));
  UNET_TRY(read_text(info->driver_version, sizeof info->driver_version, id, CL_DRIVER_VERSION));
  UNET_TRY(read_text(info->device_version, sizeof info->device_version, id, CL_DEVICE_VERSION));
  info->type = read_type(id);
  info->global_memory = read_bytes(id, CL_DEVICE_GLOBAL_MEM_SIZE);
  info->max_allocation = read_bytes(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
  info->local_memory = read_bytes(id, CL_DEVICE_LOCAL_MEM_SIZE);
  cl_uint units = 0, width = 0;
  READ(id, CL_DEVICE_MAX_COMPUTE_UNITS, units);
  READ(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, width);
  READ(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, info->max_work_group);
  info->compute_units = units;
  info->native_vector_width = width;
  return read_features(info, id);
}

/* The kernels need OpenCL C 1.2 and a compiler for it; a device without is as good as absent. */
static bool is_usable(cl_device_id id, const char *version) {
  cl_bool available = CL_FALSE, compiler = CL_FALSE;
  READ(id, CL_DEVICE_AVAILABLE, available);
  READ(id, CL_DEVICE_COMPILER_AVAILABLE, compiler);
  static const char prefix[] = "OpenCL ";
  if (strncmp(version, prefix, sizeof prefix - 1) != 0) return false;
  char *rest = NULL;
  unsigned long major = strtoul(version + sizeof prefix - 1, &rest, 10);
  unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
  return available && compiler && (major > 1 || (major == 1 && minor >= 2));
}

static unet_status add_device(scan *found, const unet_device_info *info, unet_device_handle handle) {
  size_t wanted = found->count + 1;
  UNET_TRY(unet_grow_array((void *)&found->list, &found->list_capacity, wanted, sizeof *found->list));
  UNET_TRY(unet_grow_array((void *)&found->handles, &found->handle_capacity, wanted, sizeof *found->handles));
  found->list[found->count] = *info;
  found->list[found->count].index = found->count;
  found->handles[found->count] = handle;
  found->count++;
  return UNET_OK;
}

static unet_status add_devices(scan *found, size_t platform_index, cl_platform_id platform,
                               const cl_device_id *ids, size_t count) {
  char platform_name[sizeof found->list->platform_name] = "";
  clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof platform_name, platform_name, NULL);
  size_t usable = 0;
  for (size_t i = 0; i < count; i++) {
    unet_device_info info = {.platform_index = platform_index, .device_index = usable};
    memcpy(info.platform_name, platform_name, sizeof platform_name);
    UNET_TRY(read_info(&info, ids[i]));
    if (!is_usable(ids[i], info.device_version)) continue;
    UNET_TRY(add_device(found, &info, (unet_device_handle){platform, ids[i]}));
    usable++;
  }
  return UNET_OK;
}

/* A platform that fails does not hide the others. */
static unet_status scan_platform(scan *found, size_t index, cl_platform_id platform) {
  cl_uint count = 0;
  cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, NULL, &count);
  if (code != CL_SUCCESS) found->refused = code;
  if (code != CL_SUCCESS || count == 0) return UNET_OK;
  cl_device_id *ids = NULL;
  UNET_TRY(unet_alloc_array((void *)&ids, count, sizeof(cl_device_id)));
  unet_status status = UNET_OK;
  code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, ids, NULL);
  if (code == CL_SUCCESS) {
    status = add_devices(found, index, platform, ids, count);
  } else {
    found->refused = code;
  }
  free(ids);
  return status;
}

static unet_status no_platform(cl_int code) {
  if (code == CL_SUCCESS || code == PLATFORM_NOT_FOUND) {
    return unet_fail(UNET_NO_DEVICE, "no OpenCL platform found; install a driver, e.g. pocl-opencl-icd");
  }
  return unet_fail(UNET_NO_DEVICE, "the OpenCL platforms cannot be listed (%s %d); check the driver's setup",
                   unet_cl_error_name(code), code);
}

static unet_status get_platforms(cl_platform_id **platforms, cl_uint *count) {
  cl_int code = clGetPlatformIDs(0, NULL, count);
  if (code != CL_SUCCESS || *count == 0) return no_platform(code);
  UNET_TRY(unet_alloc_array((void *)platforms, *count, sizeof(cl_platform_id)));
  code = clGetPlatformIDs(*count, *platforms, NULL);
  return code == CL_SUCCESS ? UNET_OK : no_platform(code);
}

/* PoCL finds no device when the folder for its compiled kernels is named but missing. */
static unet_status make_pocl_cache(void) {
  const char *folder = getenv("POCL_CACHE_DIR");
  if (!folder || !*folder || unet_make_folders(folder) == UNET_OK) return UNET_OK;
  return unet_fail(UNET_NO_DEVICE, "POCL_CACHE_DIR: %s", unet_last_error());
}

static unet_status scan_all(scan *found, const cl_platform_id *platforms, cl_uint count) {
  for (cl_uint i = 0; platforms && i < count; i++) UNET_TRY(scan_platform(found, i, platforms[i]));
  if (found->count == 0) {
    const char *reason = found->refused ? unet_cl_error_name(found->refused) : "none usable";
    return unet_fail(
        UNET_NO_DEVICE,
        "no OpenCL device found on %u platform(s) (%s); install a driver for OpenCL 1.2 or later, "
        "e.g. pocl-opencl-icd (which needs a home folder or POCL_CACHE_DIR that can be written)",
        count, reason);
  }
  size_t chosen = 0;
  UNET_TRY(unet_device_choose(&chosen, found->list, found->count, NULL, NULL));
  found->list[chosen].is_default = true;
  return UNET_OK;
}

unet_status unet_device_scan(unet_device_info **list, unet_device_handle **handles, size_t *count) {
  UNET_TRY(make_pocl_cache());
  cl_platform_id *platforms = NULL;
  cl_uint platform_count = 0;
  scan found = {.count = 0};
  unet_status status = get_platforms(&platforms, &platform_count);
  if (status == UNET_OK) status = scan_all(&found, platforms, platform_count);
  free(platforms);
  if (status != UNET_OK) {
    free(found.list);
    free(found.handles);
    return status;
  }
  *list = found.list;
  *handles = found.handles;
  *count = found.count;
  return UNET_OK;
}

unet_status unet_device_list(unet_device_info **list, size_t *count) {
  unet_device_handle *handles = NULL;
  UNET_TRY(unet_device_scan(list, &handles, count));
  free(handles);
  return UNET_OK;
}
