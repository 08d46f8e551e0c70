/* The options that describe a network; the same for train, summary and bench. */
#ifndef UNETCL_CLI_ARCHITECTURE_OPTIONS_H
#define UNETCL_CLI_ARCHITECTURE_OPTIONS_H

#include "cli/options.h"
#include "unetcl/model.h"

/* As given; the defaults are the article's. */
typedef struct unet_architecture_options {
  size_t size, channels;
  const char *filters;
} unet_architecture_options;

#define UNET_ARCHITECTURE_DEFAULTS \
  { .size = 256, .channels = 3, .filters = "8,16,32,64,64,128" }

#define UNET_ARCHITECTURE_OPTIONS(o)                                                             \
  {"size", UNET_OPTION_SIZE, &(o).size, "S", "width and height the network works at", 1, 16384}, \
      {"channels", UNET_OPTION_SIZE, &(o).channels, "C", "of the input: 1 grey, 3 RGB", 1, 3}, { \
    "filters", UNET_OPTION_TEXT, &(o).filters, "A,B", "widths of the encoder's levels", 0, 0     \
  }

/* Checks and converts. UNET_USAGE as unet_architecture_check. */
unet_status unet_architecture_from_options(unet_architecture *out, const unet_architecture_options *options);

#endif
