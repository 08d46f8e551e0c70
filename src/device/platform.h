/* What is known of OpenCL platforms that they do not tell themselves. */
#ifndef UNETCL_DEVICE_PLATFORM_H
#define UNETCL_DEVICE_PLATFORM_H

#include "unetcl/device.h"

/* Whether programs are built by several threads at once: UNETCL_PARALLEL_BUILD=on or off, else what suits the
 * platform. */
bool unet_builds_in_parallel(const unet_device_info *device);

/* Whether unetcl keeps the binaries of programs: UNETCL_BINARY_CACHE=on or off, else whether the platform has
 * no cache of its own, or is PoCL with POCL_WORK_GROUP_SPECIALIZATION=0. */
bool unet_keeps_binaries(const unet_device_info *device);

/* Whether its threads go to sleep between two launches: UNETCL_STAY_AWAKE=on or off, else PoCL's on a CPU. */
bool unet_threads_sleep(const unet_device_info *device);

#endif
