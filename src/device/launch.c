#include <stdio.h>

#include "device/internal.h"

static unet_status set_arguments(const unet_kernel *kernel, const unet_argument *arguments, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cl_int code = clSetKernelArg(kernel->handle, (cl_uint)i, arguments[i].size, arguments[i].value);
    if (code == CL_SUCCESS) continue;
    return unet_fail(UNET_INTERNAL,
                     "kernel %s: argument %zu of %zu, %zu bytes, is refused (%s); this is a bug, "
                     "please report it",
                     kernel->name, i, count, arguments[i].size, unet_cl_error_name(code));
  }
  return UNET_OK;
}

static unet_status check_launch(const unet_device *device, const unet_kernel *kernel, const unet_range *range,
                                cl_int code) {
  if (code == CL_SUCCESS) return UNET_OK;
  char what[256];
  snprintf(what, sizeof what, "launching %s (%zu,%zu,%zu by %zu,%zu,%zu)", kernel->name, range->global[0],
           range->global[1], range->global[2], range->local[0], range->local[1], range->local[2]);
  return unet_cl_check(device, code, what);
}

unet_status unet_enqueue(const unet_device *device, cl_command_queue queue, const unet_kernel *kernel,
                         const unet_range *range, const unet_argument *arguments, size_t count,
                         const cl_event *awaited, cl_event *event) {
  UNET_TRY(set_arguments(kernel, arguments, count));
  cl_int code = clEnqueueNDRangeKernel(queue, kernel->handle, 3, NULL, range->global, range->local,
                                       awaited ? 1 : 0, awaited, event);
  return check_launch(device, kernel, range, code);
}

unet_status unet_launch(unet_device *device, const unet_kernel_spec *spec, const unet_range *range,
                        const unet_argument *arguments, size_t count) {
  if (device->preparing) return unet_kernel_note(device, spec);
  const unet_kernel *kernel = NULL;
  UNET_TRY(unet_kernel_get(&kernel, device, spec));
  cl_event event = NULL;
  UNET_TRY(unet_enqueue(device, unet_side_queue(device), kernel, range, arguments, count,
                        unet_side_awaited(device), device->profiling || device->side ? &event : NULL));
  if (device->profiling) return unet_profile_keep(device, kernel->name, NULL, event);
  unet_side_launched(device, event);
  return UNET_OK;
}
