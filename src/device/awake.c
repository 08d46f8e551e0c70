/* Keeps a CPU's threads awake. Where they go to sleep between two launches, each launch begins with one of
 * them and the wish to wake the others, who come 8 to 10 microseconds later (measured on virtual machines,
 * which give sleeping cores away): half of what a launch of a small picture takes. So each launch is followed
 * by one of another queue that only waits. Threads which find nothing else to do take that, and are there
 * when the next launch comes. */
#include "device/internal.h"
#include "device/platform.h"

/* About 5 microseconds: PoCL (3.1) needs 2 to 8 from the end of a launch to the start of the next, and who
 * waits too long is late as well. From 3 to 8 there is no difference. */
static const cl_int rounds = 1300;

static const unet_kernel_spec stay_awake = {"stay_awake", "", "stay_awake"};

unet_status unet_awake_create(unet_device *device) {
  if (!unet_threads_sleep(&device->info) || device->info.compute_units < 2) return UNET_OK;
  cl_int code = CL_SUCCESS;
  device->awake = clCreateCommandQueue(device->context, device->id, 0, &code);
  UNET_TRY(unet_cl_check(device, code, "making a queue of launches that wait"));
  return unet_buffer_create(&device->zero, device, 1);
}

void unet_awake_release(unet_device *device) {
  if (!device->awake) return;
  clFinish(device->awake);
  clReleaseCommandQueue(device->awake);
  unet_buffer_release(device->zero);
}

unet_status unet_stay_awake(unet_device *device) {
  if (!device->awake) return UNET_OK;
  if (device->preparing) return unet_kernel_note(device, &stay_awake);
  const unet_kernel *kernel = NULL;
  UNET_TRY(unet_kernel_get(&kernel, device, &stay_awake));
  const unet_argument arguments[] = {UNET_ARGUMENT(device->zero), UNET_ARGUMENT(rounds)};
  const unet_range others = {{device->info.compute_units - 1, 1, 1}, {1, 1, 1}};
  UNET_TRY(unet_enqueue(device, device->awake, kernel, &others, arguments,
                        sizeof arguments / sizeof *arguments, NULL, NULL));
  return unet_cl_check(device, clFlush(device->awake), "starting the queue of launches that wait");
}
