#include "cli/data_options.h"

#include <stdio.h>

unet_dataset_options unet_default_data_options(void) { return (unet_dataset_options){.mask_threshold = -1}; }

unet_status unet_check_data_options(const unet_dataset_options *options) {
  if (options->data && (options->images || options->masks)) {
    return unet_fail(UNET_USAGE, "--data and --images with --masks exclude each other; give one of the two");
  }
  if (options->data) return UNET_OK;
  if (!options->images && !options->masks) {
    return unet_fail(UNET_USAGE, "no data are named; give --data DIR, or --images DIR and --masks DIR");
  }
  if (!options->images || !options->masks) {
    return unet_fail(UNET_USAGE, "--%s is missing; --images and --masks go together",
                     options->images ? "masks" : "images");
  }
  return UNET_OK;
}

void unet_print_problem(void *user, const char *line) {
  (void)user;
  fprintf(stderr, "unetcl: %s\n", line);
}
