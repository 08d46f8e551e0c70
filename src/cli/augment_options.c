#include "cli/augment_options.h"

#include <string.h>

unet_status unet_augment_take_flip(unet_augment_options *options, const unet_augment_words *words) {
  static const char *const names[] = {"none", "h", "v", "both"};
  if (!words->flip) return UNET_OK;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i], words->flip) != 0) continue;
    options->flip = (unet_flip)i;
    return UNET_OK;
  }
  return unet_fail(UNET_USAGE, "--flip %s is unknown; use none, h, v or both", words->flip);
}
