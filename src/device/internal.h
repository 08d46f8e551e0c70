/* What the files of this folder share: the open device itself. */
#ifndef UNETCL_DEVICE_INTERNAL_H
#define UNETCL_DEVICE_INTERNAL_H

#include "device/device.h"

/* cl/<file>.cl with these options; no handle while it is only noted. */
typedef struct unet_program {
  char *file, *options;
  cl_program handle;
} unet_program;

/* A function of program number `program`; no handle while it is only noted. */
typedef struct unet_kernel {
  size_t program;
  char *name;
  cl_kernel handle;
} unet_kernel;

/* A launch whose times are wanted. A GEMM is several launches: it has a marker before it too. */
typedef struct unet_profiled {
  cl_event before, event;
  const char *kernel;
  int tag;
} unet_profiled;

enum {
  UNET_SIDE_SECTIONS = 8
}; /* not waited for at a time; with more, the first queue waits for the oldest */

struct unet_device {
  unet_device_info info;
  cl_device_id id;
  cl_context context;
  cl_command_queue queue;
  int preparing;

  cl_command_queue side;            /* NULL: the device has none */
  bool aside, first_aside;          /* launches go to the side; the next is the first to do so */
  cl_event last_launch, last_aside; /* of the last one in the first queue and in this section, NULL: none */
  cl_event sections[UNET_SIDE_SECTIONS]; /* the last ones of earlier sections, in their order */
  size_t section_count;
  cl_event joined; /* what the next launch in the first queue waits for, NULL: nothing */

  cl_command_queue awake; /* of launches that only wait; NULL: the device needs none */
  cl_mem zero;            /* what they read */

  /* In the order in which they were first asked for; those from built_... on are only noted. */
  unet_program *programs;
  size_t program_count, program_capacity, built_programs;
  unet_kernel *kernels;
  size_t kernel_count, kernel_capacity, built_kernels;

  int profiling, tag;
  unet_profiled *profiled;
  size_t profiled_count, profiled_capacity;
};

/* What the loader knows a listed device by. */
typedef struct unet_device_handle {
  cl_platform_id platform;
  cl_device_id device;
} unet_device_handle;

/* unet_device_list with the handles of the same devices; the caller frees both. */
unet_status unet_device_scan(unet_device_info **list, unet_device_handle **handles, size_t *count);

/* "CL_OUT_OF_RESOURCES" for -5; "unknown OpenCL error" for what no header names. */
const char *unet_cl_error_name(cl_int code);
bool unet_cl_is_out_of_memory(cl_int code);

/* Notes that the kernel is needed, once. */
unet_status unet_kernel_note(unet_device *device, const unet_kernel_spec *spec);
/* *out = the kernel, built now or before; it stays the device's, valid until the next call. */
unet_status unet_kernel_get(const unet_kernel **out, unet_device *device, const unet_kernel_spec *spec);
void unet_programs_release(unet_device *device);

/* The side queue (CPUs only): see unet_side_begin. */
unet_status unet_side_create(unet_device *device);
void unet_side_release(unet_device *device);
/* Where launches go now, and what the next one has to wait for: one event, or NULL. */
cl_command_queue unet_side_queue(const unet_device *device);
const cl_event *unet_side_awaited(const unet_device *device);
/* Takes the event of a launch that has waited so. */
void unet_side_launched(unet_device *device, cl_event event);
/* Has the queue wait itself, for commands that take no events. */
unet_status unet_side_settle(unet_device *device);

/* The queue of launches that wait: see unet_stay_awake. */
unet_status unet_awake_create(unet_device *device);
void unet_awake_release(unet_device *device);

/* Puts the kernel in a queue, after `awaited` unless that is NULL; *event is its event, `event` may be NULL.
 */
unet_status unet_enqueue(const unet_device *device, cl_command_queue queue, const unet_kernel *kernel,
                         const unet_range *range, const unet_argument *arguments, size_t count,
                         const cl_event *awaited, cl_event *event);

/* Gives all noted programs their handles. When some fail, the first of them tells. */
unet_status unet_programs_build(unet_device *device);

/* Keeps the events of a launch; they are the device's then. `kernel` lives as long as the device. */
unet_status unet_profile_keep(unet_device *device, const char *kernel, cl_event before, cl_event event);
void unet_profile_release(unet_device *device);

/* Frees what CLBlast keeps for the device. */
void unet_gemm_release(void);

#endif
