/* The side queue. Launches in one queue wait for each other; while the last cores finish one, the others
 * idle, which small kernels spend much of their time on. */
#include "device/internal.h"

unet_status unet_side_create(unet_device *device) {
  if (device->info.type != UNET_DEVICE_CPU) return UNET_OK;
  cl_int code = CL_SUCCESS;
  device->side = clCreateCommandQueue(device->context, device->id, 0, &code);
  return unet_cl_check(device, code, "making a second command queue");
}

static void forget_launch(cl_event *event) {
  if (*event) clReleaseEvent(*event);
  *event = NULL;
}

void unet_side_release(unet_device *device) {
  forget_launch(&device->last_launch);
  forget_launch(&device->last_aside);
  for (size_t i = 0; i < device->section_count; i++) forget_launch(&device->sections[i]);
  forget_launch(&device->joined);
  if (!device->side) return;
  clFinish(device->side);
  clReleaseCommandQueue(device->side);
}

/* Times of launches that overlap would tell nothing of each, so profiling has all in one queue. */
unet_status unet_side_begin(unet_device *device) {
  if (!device->side || device->profiling || device->preparing) return UNET_OK;
  device->aside = device->first_aside = true;
  return unet_cl_check(device, clFlush(device->queue), "starting the queue");
}

/* The events move, so that what goes aside next is not waited for. */
unet_status unet_side_end(unet_device *device) {
  device->aside = device->first_aside = false;
  if (!device->last_aside) return UNET_OK;
  if (device->section_count == UNET_SIDE_SECTIONS) UNET_TRY(unet_side_join(device, UNET_SIDE_SECTIONS - 1));
  device->sections[device->section_count++] = device->last_aside;
  device->last_aside = NULL;
  return UNET_OK;
}

/* The last of those to be waited for ends after all before it. */
unet_status unet_side_join(unet_device *device, size_t beside) {
  if (device->section_count <= beside) return UNET_OK;
  size_t waited = device->section_count - beside;
  forget_launch(&device->joined);
  device->joined = device->sections[waited - 1];
  for (size_t i = 0; i + 1 < waited; i++) forget_launch(&device->sections[i]);
  for (size_t i = 0; i < beside; i++) device->sections[i] = device->sections[waited + i];
  device->section_count = beside;
  return unet_cl_check(device, clFlush(device->side), "starting the second queue");
}

cl_command_queue unet_side_queue(const unet_device *device) {
  return device->aside ? device->side : device->queue;
}

const cl_event *unet_side_awaited(const unet_device *device) {
  if (device->aside) return device->first_aside && device->last_launch ? &device->last_launch : NULL;
  return device->joined ? &device->joined : NULL;
}

static void have_waited(unet_device *device) {
  if (!device->aside) forget_launch(&device->joined);
  device->first_aside = false;
}

void unet_side_launched(unet_device *device, cl_event event) {
  have_waited(device);
  cl_event *last = device->aside ? &device->last_aside : &device->last_launch;
  forget_launch(last);
  *last = event;
}

unet_status unet_side_settle(unet_device *device) {
  const cl_event *awaited = unet_side_awaited(device);
  if (!awaited) return UNET_OK;
  cl_int code = clEnqueueBarrierWithWaitList(unet_side_queue(device), 1, awaited, NULL);
  have_waited(device);
  return unet_cl_check(device, code, "joining the queues");
}
