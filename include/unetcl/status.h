/* Status codes, the last error message, and the export mark of the library. */
#ifndef UNETCL_STATUS_H
#define UNETCL_STATUS_H

#if defined(__GNUC__)
#define UNET_API __attribute__((visibility("default")))
#else
#define UNET_API
#endif

/* The values are also the program's exit codes. */
typedef enum unet_status {
  UNET_OK = 0,
  UNET_INTERNAL = 1,     /* a defect of unetcl itself */
  UNET_USAGE = 2,        /* an argument or option that makes no sense */
  UNET_BAD_INPUT = 3,    /* an image, mask, data set or model file that cannot be used */
  UNET_NO_DEVICE = 4,    /* no usable OpenCL device, or the device failed */
  UNET_NO_RESOURCE = 5,  /* out of memory or disk, or output that cannot be written */
  UNET_INTERRUPTED = 130 /* stopped on request */
} unet_status;

/* The message of the last failure in this thread: one line that says what, where and what to do.
 * Valid until the next failure in the same thread; "" before the first. Never NULL. */
UNET_API const char *unet_last_error(void);

/* Details of the last failure that need more than a line (a build log), or "". Same lifetime. */
UNET_API const char *unet_last_error_details(void);

/* The library's version, e.g. "0.1.0". */
UNET_API const char *unet_version(void);

#endif
