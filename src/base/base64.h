/* Bytes as text. */
#ifndef UNETCL_BASE_BASE64_H
#define UNETCL_BASE_BASE64_H

#include <stddef.h>

#include "base/error.h"

/* *out = the bytes in base64 (RFC 4648, padded) after `prefix`, such as "data:image/png;base64,"; the caller
 * frees it. */
unet_status unet_base64_encode(char **out, const char *prefix, const void *bytes, size_t size);

#endif
