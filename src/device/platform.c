#include "device/platform.h"

#include <stdlib.h>
#include <string.h>

/* Platforms by the start of their names. One that is not here builds in one thread and gets its binaries
 * kept.
 *
 * parallel_build: by the standard clBuildProgram may be called from several threads, and the drivers of
 * vendors keep to it, whatever they make of it. PoCL (3.1) holds a lock all the while, for the whole process,
 * so nothing is gained, and Oclgrind (21.10) crashes.
 *
 * own_cache: it keeps what it compiled, or must not be asked for binaries: Oclgrind builds with options of
 * its own that no key of ours could hold, and PoCL compiles a general variant of each kernel to answer.
 *
 * unless_off: where this variable is 0, own_cache does not count: without specialized work-groups PoCL has
 * that general variant already. Its binaries are worth keeping, for to find a source in its own cache PoCL
 * preprocesses it, 40 ms each.
 *
 * threads_sleep: on CPUs, between two launches. (PoCL's do; the runtimes of vendors were not measured.) */
typedef struct known_platform {
  const char *name;
  bool parallel_build, own_cache, threads_sleep;
  const char *unless_off;
} known_platform;

static const known_platform known[] = {
    {"NVIDIA CUDA", true, true, false, NULL},
    {"Intel(R) OpenCL", true, true, false, NULL},
    {"AMD Accelerated Parallel Processing", true, true, false, NULL},
    {"rusticl", false, true, false, NULL},
    {"Portable Computing Language", false, true, true, "POCL_WORK_GROUP_SPECIALIZATION"},
    {"Oclgrind", false, true, false, NULL},
};

static known_platform find_platform(const char *name) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strncmp(name, known[i].name, strlen(known[i].name)) == 0) return known[i];
  }
  return (known_platform){0};
}

static bool is_on(const char *variable, bool by_default) {
  const char *value = getenv(variable);
  if (value && strcmp(value, "on") == 0) return true;
  if (value && strcmp(value, "off") == 0) return false;
  return by_default;
}

bool unet_builds_in_parallel(const unet_device_info *device) {
  return is_on("UNETCL_PARALLEL_BUILD", find_platform(device->platform_name).parallel_build);
}

bool unet_keeps_binaries(const unet_device_info *device) {
  const known_platform platform = find_platform(device->platform_name);
  const char *value = platform.unless_off ? getenv(platform.unless_off) : NULL;
  return is_on("UNETCL_BINARY_CACHE", !platform.own_cache || (value && strcmp(value, "0") == 0));
}

bool unet_threads_sleep(const unet_device_info *device) {
  return device->type == UNET_DEVICE_CPU &&
         is_on("UNETCL_STAY_AWAKE", find_platform(device->platform_name).threads_sleep);
}
