/* What a device can do at best, measured on it: the yardstick of the bench. */
#ifndef UNETCL_KERNELS_PEAK_H
#define UNETCL_KERNELS_PEAK_H

#include "kernels/kernel.h"

/* The variant that suits the device: wide vectors on CPUs, groups of work-items elsewhere. */
unet_variant unet_peak_variant(const unet_device_info *device);

/* *gflops = float32 operations per nanosecond of independent chains of multiply-adds in registers (one is two
 * operations), with work for all cores. The best of several runs of `seconds` each, or more. */
unet_status unet_peak_gflops(double *gflops, unet_device *device, unet_variant variant, double seconds);

/* *gbytes = bytes moved per nanosecond by a = b + s c over arrays of `floats` floats (at most what fits the
 * device), reads and writes together. The best of several runs. */
unet_status unet_peak_bandwidth(double *gbytes, unet_device *device, unet_variant variant, size_t floats);

#endif
