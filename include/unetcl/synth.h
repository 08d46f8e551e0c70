/* A synthetic data set: metal nuts seen from above, some with a defect, and exact masks. */
#ifndef UNETCL_SYNTH_H
#define UNETCL_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "unetcl/status.h"

typedef struct unet_synth_options {
  size_t count; /* images with a defect, 1 .. 100000 */
  size_t size;  /* width and height in pixels, 32 .. 4096 */
  uint64_t seed;
} unet_synth_options;

/* Writes an MVTec AD category: `count` images spread over test/{bent,color,flip,scratch} with their masks
 * (grey PNG, 0 and 255) in ground_truth/<type>/NNN_mask.png, count / 2 good ones in train/good and
 * count / 4 in test/good, at least one each. `folder` is made with its parents; it may exist if it is
 * empty. The same options write the same bytes on the same machine. Works on all cores.
 * UNET_USAGE for options out of range; UNET_NO_RESOURCE when the folder holds something or cannot be
 * written: then everything that was made is removed again. */
UNET_API unet_status unet_synth_write(const char *folder, const unet_synth_options *options);

#endif
