/* The file of a compiled program: a key that tells what it was compiled from and for, and the binary. Made
 * and read in the byte order of the machine: it is for the device beside it. */
#ifndef UNETCL_DEVICE_BINARY_FILE_H
#define UNETCL_DEVICE_BINARY_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* *bytes = the content of a file, which the caller frees. */
unet_status unet_binary_pack(char **bytes, size_t *size, const char *key, const void *binary,
                             size_t binary_size);

/* *binary = where in the content of a file the binary begins; false for a file that has another key, is cut
 * or damaged. */
bool unet_binary_unpack(const unsigned char **binary, size_t *binary_size, const char *bytes, size_t size,
                        const char *key);

#endif
