#include <stdlib.h>

#include "base/alloc.h"
#include "device/choose.h"
#include "device/internal.h"

static const char *wish_or_environment(const char *wish, const char *variable) {
  return wish && *wish ? wish : getenv(variable);
}

static unet_status open_handle(unet_device *device, unet_device_handle handle) {
  cl_int code = CL_SUCCESS;
  device->id = handle.device;
  const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)handle.platform, 0};
  device->context = clCreateContext(properties, 1, &device->id, NULL, NULL, &code);
  UNET_TRY(unet_cl_check(device, code, "opening the device"));
  device->queue = clCreateCommandQueue(device->context, device->id, 0, &code);
  UNET_TRY(unet_cl_check(device, code, "making a command queue"));
  UNET_TRY(unet_side_create(device));
  return unet_awake_create(device);
}

unet_status unet_device_open(unet_device **out, const char *platform, const char *device) {
  unet_device_info *list = NULL;
  unet_device_handle *handles = NULL;
  unet_device *opened = NULL;
  size_t count = 0, chosen = 0;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(end, unet_device_scan(&list, &handles, &count));
  UNET_TRY_GOTO(end,
                unet_device_choose(&chosen, list, count, wish_or_environment(platform, "UNETCL_PLATFORM"),
                                   wish_or_environment(device, "UNETCL_DEVICE")));
  UNET_TRY_GOTO(end, unet_alloc_array((void *)&opened, 1, sizeof *opened));
  opened->info = list[chosen];
  UNET_TRY_GOTO(end, open_handle(opened, handles[chosen]));
  *out = opened;
  opened = NULL;
end:
  unet_device_close(opened);
  free(list);
  free(handles);
  return status;
}

void unet_device_close(unet_device *device) {
  if (!device) return;
  if (device->queue) clFinish(device->queue);
  unet_side_release(device);
  unet_awake_release(device);
  unet_profile_release(device);
  unet_programs_release(device);
  if (device->queue) clReleaseCommandQueue(device->queue);
  unet_gemm_release();
  if (device->context) clReleaseContext(device->context);
  free(device);
}

const unet_device_info *unet_device_get_info(const unet_device *device) { return &device->info; }

cl_context unet_device_context(const unet_device *device) { return device->context; }

cl_command_queue unet_device_queue(const unet_device *device) { return device->queue; }

unet_status unet_device_flush(unet_device *device) {
  UNET_TRY(unet_side_settle(device));
  return unet_cl_check(device, clFlush(device->queue), "starting the queue");
}

unet_status unet_device_finish(unet_device *device) {
  return unet_cl_check(device, clFinish(device->queue), "waiting for the kernels");
}
