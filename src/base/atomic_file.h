/* Whole files: written beside and renamed, so that a reader sees the old file or the new one and never
 * a half of either; and read in one piece. */
#ifndef UNETCL_BASE_ATOMIC_FILE_H
#define UNETCL_BASE_ATOMIC_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

typedef struct unet_atomic_file unet_atomic_file;

/* Opens PATH.tmp-<pid>-<n> for writing. UNET_NO_RESOURCE when that cannot be done. */
unet_status unet_atomic_open(unet_atomic_file **out, const char *path);

/* The stream to write to; write errors are found at the commit. */
FILE *unet_atomic_stream(unet_atomic_file *file);

/* Flushes to the disk, renames onto PATH and releases the handle. On failure the old file stays, the
 * new one is removed, and the handle is released too. */
unet_status unet_atomic_commit(unet_atomic_file *file);

/* Removes what was written and releases the handle; NULL is fine. */
void unet_atomic_abandon(unet_atomic_file *file);

/* Writes `size` bytes as the whole content of `path`. */
unet_status unet_write_file(const char *path, const void *bytes, size_t size);

/* *bytes = the whole file and a final 0 byte not counted in *size; the caller frees it.
 * UNET_BAD_INPUT when it cannot be read. */
unet_status unet_read_file(char **bytes, size_t *size, const char *path);

#endif
