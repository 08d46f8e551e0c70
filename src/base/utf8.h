/* Text of unknown origin, such as file names, for formats that hold nothing but UTF-8. */
#ifndef UNETCL_BASE_UTF8_H
#define UNETCL_BASE_UTF8_H

#include "base/error.h"

/* *out = the text with U+FFFD for each byte that is not part of valid UTF-8 (RFC 3629: no overlong form, no
 * surrogate, nothing above U+10FFFF); the caller frees it. */
unet_status unet_utf8_replace_invalid(char **out, const char *text);

#endif
