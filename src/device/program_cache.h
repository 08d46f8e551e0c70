/* Compiled programs kept for the next start, for platforms that keep none themselves: files in the user's
 * cache folder,
 *
 *   $XDG_CACHE_HOME/unetcl/programs/<file>-<checksum>.bin, else ~/.cache/unetcl/...
 *
 * each for one source, options, device, platform and driver. Only an offer: what cannot be read, written or
 * used is no error. */
#ifndef UNETCL_DEVICE_PROGRAM_CACHE_H
#define UNETCL_DEVICE_PROGRAM_CACHE_H

#include <CL/cl.h>

#include "unetcl/device.h"

/* What a program is compiled from: the name of its file, all options, and the whole source. */
typedef struct unet_program_text {
  const char *file, *options, *source;
} unet_program_text;

/* The program from its file, built; NULL: there is none that this driver takes. */
cl_program unet_program_cache_load(const unet_device *device, const unet_program_text *text);

/* Writes the file of a program that was built from source. */
void unet_program_cache_save(const unet_device *device, const unet_program_text *text, cl_program program);

#endif
