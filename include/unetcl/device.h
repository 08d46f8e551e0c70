/* OpenCL devices: listing, choosing, opening. */
#ifndef UNETCL_DEVICE_H
#define UNETCL_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/status.h"

typedef enum unet_device_type { UNET_DEVICE_CPU, UNET_DEVICE_GPU, UNET_DEVICE_ACCELERATOR } unet_device_type;

/* What a device says of itself. */
typedef struct unet_device_info {
  size_t platform_index; /* among all platforms */
  size_t device_index;   /* within its platform */
  size_t index;          /* in the list of all devices */
  char platform_name[128], name[256], vendor[128], driver_version[128], device_version[128];
  uint64_t global_memory, max_allocation, local_memory; /* bytes */
  unsigned compute_units;
  unsigned native_vector_width; /* floats, preferred by the device's own word */
  size_t max_work_group;
  unet_device_type type;
  bool has_fp16, has_fp64, has_subgroups;
  bool is_default; /* what is opened when nothing is asked for */
} unet_device_info;

/* *list = all devices of all platforms that can run the kernels: available, OpenCL 1.2 or later, with a
 * compiler (the caller frees it with free). UNET_NO_DEVICE when there is no ICD
 * loader entry, no platform or no device, with the remedy. */
UNET_API unet_status unet_device_list(unet_device_info **list, size_t *count);

/* An open device with its context, its in-order queue and its programs. Used from one thread at a time. */
typedef struct unet_device unet_device;

/* Opens a device. `platform` and `device`: an index ("0") or a part of the name, case ignored; NULL or ""
 * falls back to the environment (UNETCL_PLATFORM, UNETCL_DEVICE), then to the default: the first GPU, else
 * the first accelerator, else the first CPU. A device index without a platform counts through the whole
 * list. A name that fits several devices, or none, is UNET_NO_DEVICE and lists them. With PoCL, programs are
 * kept for the next start where POCL_WORK_GROUP_SPECIALIZATION is 0 in the environment (docs/devices.md). */
UNET_API unet_status unet_device_open(unet_device **out, const char *platform, const char *device);
UNET_API void unet_device_close(unet_device *device);

/* Valid while the device is open. */
UNET_API const unet_device_info *unet_device_get_info(const unet_device *device);

#endif
