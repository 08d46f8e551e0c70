#include <stdlib.h>

#include "base/alloc.h"
#include "device/internal.h"

unet_status unet_profile_enable(unet_device *device, int enabled) {
  UNET_TRY(unet_device_finish(device));
  cl_int code = CL_SUCCESS;
  cl_command_queue_properties properties = enabled ? CL_QUEUE_PROFILING_ENABLE : 0;
  cl_command_queue queue = clCreateCommandQueue(device->context, device->id, properties, &code);
  UNET_TRY(unet_cl_check(device, code, "making a command queue"));
  clReleaseCommandQueue(device->queue);
  device->queue = queue;
  device->profiling = enabled;
  return UNET_OK;
}

void unet_profile_tag(unet_device *device, int tag) { device->tag = tag; }

static void release_events(const unet_profiled *launch) {
  if (launch->before) clReleaseEvent(launch->before);
  if (launch->event) clReleaseEvent(launch->event);
}

unet_status unet_profile_keep(unet_device *device, const char *kernel, cl_event before, cl_event event) {
  unet_profiled kept = {.before = before, .event = event, .kernel = kernel, .tag = device->tag};
  unet_status status = unet_grow_array((void *)&device->profiled, &device->profiled_capacity,
                                       device->profiled_count + 1, sizeof *device->profiled);
  if (status != UNET_OK) {
    release_events(&kept);
    return status;
  }
  device->profiled[device->profiled_count++] = kept;
  return UNET_OK;
}

static cl_int read_time(uint64_t *time, cl_event event, cl_profiling_info what) {
  cl_ulong value = 0;
  cl_int code = clGetEventProfilingInfo(event, what, sizeof value, &value, NULL);
  *time = value;
  return code;
}

static cl_int read_record(unet_launch_record *record, const unet_profiled *launch) {
  *record = (unet_launch_record){.kernel = launch->kernel, .tag = launch->tag};
  cl_event first = launch->before ? launch->before : launch->event;
  cl_int code = read_time(&record->queued, first, CL_PROFILING_COMMAND_QUEUED);
  if (code == CL_SUCCESS) {
    code = read_time(&record->start, first,
                     launch->before ? CL_PROFILING_COMMAND_END : CL_PROFILING_COMMAND_START);
  }
  if (code == CL_SUCCESS) code = read_time(&record->end, launch->event, CL_PROFILING_COMMAND_END);
  return code;
}

static void forget_launches(unet_device *device) {
  for (size_t i = 0; i < device->profiled_count; i++) release_events(&device->profiled[i]);
  device->profiled_count = 0;
}

unet_status unet_profile_take(unet_device *device, unet_launch_record **records, size_t *count) {
  UNET_TRY(unet_device_finish(device));
  unet_launch_record *taken = NULL;
  UNET_TRY(unet_alloc_array((void *)&taken, device->profiled_count, sizeof *taken));
  cl_int code = CL_SUCCESS;
  for (size_t i = 0; i < device->profiled_count && code == CL_SUCCESS; i++) {
    code = read_record(&taken[i], &device->profiled[i]);
  }
  if (code == CL_SUCCESS) {
    *records = taken;
    *count = device->profiled_count;
  } else {
    free(taken);
  }
  forget_launches(device);
  return unet_cl_check(device, code, "reading the times of a launch");
}

void unet_profile_release(unet_device *device) {
  forget_launches(device);
  free(device->profiled);
}
