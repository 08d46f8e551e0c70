/* The text of the OpenCL programs. */
#ifndef UNETCL_DEVICE_SOURCE_H
#define UNETCL_DEVICE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A file of cl/, embedded at build time under its name without ".cl". */
typedef struct unet_cl_source {
  const char *name;
  const char *text;
} unet_cl_source;
extern const unet_cl_source unet_cl_sources[];
extern const size_t unet_cl_source_count;

/* A checksum of all of these: what was measured with other kernels tells nothing of them. */
uint32_t unet_cl_sources_checksum(void);

/* *text = common.cl and then <file>.cl, each line #include "NAME.cl" replaced by that file; the caller frees
 * it. Read from the folder UNETCL_CL_DIR where that is set (UNET_BAD_INPUT when a file is missing there;
 * common.cl may be missing: the embedded one serves), else from the embedded table (UNET_INTERNAL when the
 * name is unknown). */
unet_status unet_source_load(char **text, const char *file);

#endif
