/* How much memory the machine can still give. */
#ifndef UNETCL_BASE_HOST_MEMORY_H
#define UNETCL_BASE_HOST_MEMORY_H

#include <stddef.h>

/* Bytes that can be had without swapping, or 0 where the system does not say. */
size_t unet_host_available_bytes(void);

#endif
