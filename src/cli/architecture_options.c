#include "cli/architecture_options.h"

unet_status unet_architecture_from_options(unet_architecture *out, const unet_architecture_options *options) {
  unet_architecture architecture = {
      .channels = options->channels, .height = options->size, .width = options->size};
  UNET_TRY(unet_architecture_parse_filters(&architecture, options->filters));
  UNET_TRY(unet_architecture_check(&architecture));
  *out = architecture;
  return UNET_OK;
}
