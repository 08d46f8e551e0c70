/* Speed of arithmetic and of memory: cl/peak.cl. */
#include "kernels/peak.h"

#include <limits.h>

#include "base/clock.h"
#include "kernels/lanes.h"

enum {
  RUNS = 25,            /* of which the best counts: others share the machine */
  CHAINS = 12,          /* as in the kernel */
  GROUPS_PER_UNIT = 64, /* so that all units finish at about the same time */
  FIRST_ROUNDS = 16,
  MOST_ROUNDS = 1 << 28,
  STREAM_VECTORS = 1024 /* for each work-item on a CPU: a group costs what some 100 vectors do */
};

unet_variant unet_peak_variant(const unet_device_info *device) {
  return device->type == UNET_DEVICE_CPU ? UNET_VECTOR : UNET_GROUP;
}

typedef struct timed_launch {
  unet_device *device;
  const unet_kernel_spec *spec;
  const unet_range *range;
  const unet_argument *arguments;
  size_t count;
} timed_launch;

/* *seconds = the fastest of so many runs. */
static unet_status time_best(double *seconds, const timed_launch *launch, int runs) {
  double best = 0.0;
  for (int i = 0; i < runs; i++) {
    double start = unet_clock_seconds();
    UNET_TRY(unet_launch(launch->device, launch->spec, launch->range, launch->arguments, launch->count));
    UNET_TRY(unet_device_finish(launch->device));
    double elapsed = unet_clock_seconds() - start;
    if (i == 0 || elapsed < best) best = elapsed;
  }
  *seconds = best > 1e-9 ? best : 1e-9;
  return UNET_OK;
}

unet_status unet_peak_gflops(double *gflops, unet_device *device, unet_variant variant, double seconds) {
  const unet_device_info *info = unet_device_get_info(device);
  unet_lanes lanes = unet_lanes_of(variant, info);
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_kernel_spec spec = {"peak", options, "fma_chains"};
  size_t groups = (size_t)info->compute_units * GROUPS_PER_UNIT, items = groups * lanes.ls;
  const unet_range range = unet_lanes_range(&lanes, groups, 1, 1);
  cl_mem out = NULL;
  UNET_TRY(unet_buffer_create(&out, device, items));
  const float scale = 0.999f, shift = 0.001f; /* the chains tend to 1: no overflow, nothing denormal */
  cl_int rounds = FIRST_ROUNDS;
  const unet_argument arguments[] = {UNET_ARGUMENT(out), UNET_ARGUMENT(scale), UNET_ARGUMENT(shift),
                                     UNET_ARGUMENT(rounds)};
  const timed_launch launch = {device, &spec, &range, arguments, sizeof arguments / sizeof *arguments};
  double best = 0.0;
  unet_status status = time_best(&best, &launch, 1); /* builds the kernel */
  while (status == UNET_OK) {
    status = time_best(&best, &launch, 1);
    if (best >= seconds || rounds >= MOST_ROUNDS) break;
    rounds *= 2;
  }
  if (status == UNET_OK) status = time_best(&best, &launch, RUNS);
  unet_buffer_release(out);
  if (status != UNET_OK) return status;
  *gflops = 2.0 * CHAINS * (double)(items * lanes.vw) * (double)rounds / best * 1e-9;
  return UNET_OK;
}

/* Three arrays fit the device beside whatever else it holds. */
static size_t floats_that_fit(const unet_device_info *info, size_t floats, const unet_lanes *lanes) {
  uint64_t most =
      info->global_memory / 16 < info->max_allocation ? info->global_memory / 16 : info->max_allocation;
  if (floats > most / sizeof(float)) floats = (size_t)(most / sizeof(float));
  if (floats > INT_MAX / 2) floats = INT_MAX / 2;
  floats -= floats % lanes->vw;
  return floats ? floats : lanes->vw;
}

unet_status unet_peak_bandwidth(double *gbytes, unet_device *device, unet_variant variant, size_t floats) {
  const unet_device_info *info = unet_device_get_info(device);
  unet_lanes lanes = unet_lanes_of(variant, info);
  if (variant == UNET_VECTOR) lanes.run = STREAM_VECTORS;
  char options[64];
  unet_lanes_options(options, &lanes);
  const unet_kernel_spec spec = {"peak", options, "triad"};
  size_t size = floats_that_fit(info, floats, &lanes);
  const unet_range range =
      unet_lanes_range(&lanes, unet_divide_up(size, lanes.vw * lanes.ls * lanes.run), 1, 1);
  cl_mem buffers[3] = {NULL};
  const float scale = 0.5f;
  const cl_int count = (cl_int)size, run = (cl_int)lanes.run;
  const unet_argument arguments[] = {UNET_ARGUMENT(buffers[0]), UNET_ARGUMENT(buffers[1]),
                                     UNET_ARGUMENT(buffers[2]), UNET_ARGUMENT(scale),
                                     UNET_ARGUMENT(count),      UNET_ARGUMENT(run)};
  const timed_launch launch = {device, &spec, &range, arguments, sizeof arguments / sizeof *arguments};
  double best = 0.0;
  unet_status status = UNET_OK;
  for (int i = 0; i < 3 && status == UNET_OK; i++) status = unet_buffer_create(&buffers[i], device, size);
  if (status == UNET_OK) status = time_best(&best, &launch, 1); /* builds the kernel, touches the pages */
  if (status == UNET_OK) status = time_best(&best, &launch, RUNS);
  for (int i = 0; i < 3; i++) unet_buffer_release(buffers[i]);
  if (status != UNET_OK) return status;
  *gbytes = 3.0 * (double)sizeof(float) * (double)size / best * 1e-9;
  return UNET_OK;
}
