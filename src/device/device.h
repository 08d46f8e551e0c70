/* The inside of an open device: queue, buffers, programs, launches, profiling. */
#ifndef UNETCL_DEVICE_DEVICE_H
#define UNETCL_DEVICE_DEVICE_H

#include <CL/cl.h>

#include "base/error.h"
#include "unetcl/device.h"

/* Turns an OpenCL error code into a failure: "DEVICE: doing WHAT failed (CL_NAME); remedy". Out of memory
 * codes become UNET_NO_RESOURCE, all others UNET_NO_DEVICE. CL_SUCCESS gives UNET_OK. */
unet_status unet_cl_check(const unet_device *device, cl_int code, const char *what);

cl_context unet_device_context(const unet_device *device);
cl_command_queue unet_device_queue(const unet_device *device);

/* --- buffers ------------------------------------------------------------------------------------------ */

/* *out = a zeroed buffer of so many floats. UNET_NO_RESOURCE when the device cannot give it. */
unet_status unet_buffer_create(cl_mem *out, unet_device *device, size_t floats);
void unet_buffer_release(cl_mem buffer); /* NULL is fine */
/* The same buffer, which is then to be released once more. */
cl_mem unet_buffer_share(cl_mem buffer);

/* Dense copies between host and buffer, offsets in floats; both wait until done. */
unet_status unet_buffer_write(unet_device *device, cl_mem buffer, size_t offset, const float *source,
                              size_t count);
unet_status unet_buffer_read(unet_device *device, cl_mem buffer, size_t offset, float *target, size_t count);
/* The same without waiting: the target has them when the queue has next been waited for, by a call of this
 * list that waits. */
unet_status unet_buffer_read_later(unet_device *device, cl_mem buffer, size_t offset, float *target,
                                   size_t count);
/* Bytes of any kind into the buffer's beginning, without waiting: they must stay until then, too. */
unet_status unet_buffer_write_bytes(unet_device *device, cl_mem buffer, const void *source, size_t bytes);

/* `rows` rows of `width` floats, in `planes` planes, between a dense host array (planes, rows, width) and a
 * strided place in a buffer (strides in floats). The write does not wait, the read does. */
typedef struct unet_rows {
  size_t width, rows, planes;
  size_t row_stride, plane_stride;
} unet_rows;
unet_status unet_buffer_write_rows(unet_device *device, cl_mem buffer, size_t offset, const float *source,
                                   const unet_rows *rows);
unet_status unet_buffer_read_rows(unet_device *device, cl_mem buffer, size_t offset, float *target,
                                  const unet_rows *rows);

/* Has the device begin with what is in the queue, without waiting for it. */
unet_status unet_device_flush(unet_device *device);
/* Waits until the queue is empty. */
unet_status unet_device_finish(unet_device *device);

/* --- kernels ------------------------------------------------------------------------------------------ */

/* A kernel: `file` (cl/<file>.cl, common.cl is put before it), the -D options it is specialised with (with
 * -I none; "" for none) and the function's name. Built at first use, or when preparing ends, and kept while
 * the device is open; a failed build is UNET_NO_DEVICE, with device, options, the whole log and the numbered
 * source as details. The sources are embedded; the folder UNETCL_CL_DIR, where set, is read instead. A name
 * that does not exist is UNET_INTERNAL. */
typedef struct unet_kernel_spec {
  const char *file;
  const char *options;
  const char *name;
} unet_kernel_spec;

/* One kernel argument: its size and where it is. The macro asks the type for the size: clang-tidy takes the
 * size of a handle (a pointer) for a slip, and here it is meant. */
typedef struct unet_argument {
  size_t size;
  const void *value;
} unet_argument;
#define UNET_ARGUMENT(variable) \
  { sizeof(__typeof__(variable)), &(variable) }
/* A __local pointer to so many bytes. */
#define UNET_LOCAL(bytes) \
  { (bytes), NULL }

/* Global and local size of three axes; the global one is rounded up by the caller. */
typedef struct unet_range {
  size_t global[3];
  size_t local[3];
} unet_range;

/* Puts the kernel in the queue; while preparing, only notes that it is needed. Arguments that the kernel does
 * not take are UNET_INTERNAL. */
unet_status unet_launch(unet_device *device, const unet_kernel_spec *spec, const unet_range *range,
                        const unet_argument *arguments, size_t count);

/* What is launched between begin and end runs after all launches before, but beside those after it. Launches
 * after a join wait for all of these sections but the last `beside`. Neither side may touch what the other
 * writes meanwhile. Sections run in their order; GPUs, and a device that is profiled, run all launches in
 * their order. */
unet_status unet_side_begin(unet_device *device);
unet_status unet_side_end(unet_device *device);
unet_status unet_side_join(unet_device *device, size_t beside);

/* To be called after each launch of a series: where a CPU's threads go to sleep between two
 * (UNETCL_STAY_AWAKE=on or off, else on PoCL) it keeps them awake until the next. Else nothing happens. */
unet_status unet_stay_awake(unet_device *device);

/* While preparing, launches only note what they need, and GEMMs do nothing. At the end all that is noted is
 * built together: by several threads where the platform gains from it (UNETCL_PARALLEL_BUILD=on: everywhere,
 * off: nowhere). When programs fail to build, the error is that of the first in the order of the launches,
 * and nothing of what was noted is kept. `status` says how the launches went: unless it is UNET_OK, nothing
 * is built and it is passed on. */
void unet_device_start_preparing(unet_device *device);
unet_status unet_device_end_preparing(unet_device *device, unet_status status);
int unet_device_is_preparing(const unet_device *device);

/* --- profiling ---------------------------------------------------------------------------------------- */

/* One launch as the device saw it, times in nanoseconds of the device's clock. */
typedef struct unet_launch_record {
  const char *kernel; /* the kernel's name, valid while the device is open */
  int tag;            /* set by unet_profile_tag: the executor's step */
  uint64_t queued, start, end;
} unet_launch_record;

/* Starts (or stops) keeping an event per launch; the queue is made anew with profiling on or off. */
unet_status unet_profile_enable(unet_device *device, int enabled);
void unet_profile_tag(unet_device *device, int tag);
/* Waits for the queue; *records (caller frees) = all launches since the last call. */
unet_status unet_profile_take(unet_device *device, unet_launch_record **records, size_t *count);

#endif
