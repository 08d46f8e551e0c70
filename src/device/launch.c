#include <stdio.h>

#include "device/internal.h"

unet_status unet_set_arguments(const unet_kernel *kernel, const unet_argument *arguments, size_t count) {
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

unet_status unet_launch(unet_device *device, const unet_kernel_spec *spec, const unet_range *range,
                        const unet_argument *arguments, size_t count) {
  if (device->preparing) return unet_kernel_note(device, spec);
  const unet_kernel *kernel = NULL;
  UNET_TRY(unet_kernel_get(&kernel, device, spec));
  UNET_TRY(unet_set_arguments(kernel, arguments, count));
  const cl_event *awaited = unet_side_awaited(device);
  cl_event event = NULL;
  cl_int code =
      clEnqueueNDRangeKernel(unet_side_queue(device), kernel->handle, 3, NULL, range->global, range->local,
                             awaited ? 1 : 0, awaited, device->profiling || device->side ? &event : NULL);
  UNET_TRY(check_launch(device, kernel, range, code));
  if (device->profiling) return unet_profile_keep(device, kernel->name, NULL, event);
  unet_side_launched(device, event);
  return UNET_OK;
}
