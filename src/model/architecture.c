#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "unetcl/model.h"

enum { MAX_SIDE = 16384, MAX_FILTERS = 8192 };

unet_architecture unet_architecture_default(void) {
  return (unet_architecture){
      .channels = 3, .height = 256, .width = 256, .n_levels = 6, .filters = {8, 16, 32, 64, 64, 128}};
}

/* A side must survive n_levels - 1 halvings. */
static unet_status check_side(const char *name, size_t side, size_t n_levels) {
  size_t multiple = (size_t)1 << (n_levels - 1);
  if (side == 0 || side > MAX_SIDE) {
    return unet_fail(UNET_USAGE, "%s %zu is out of range; use %zu to %d", name, side, multiple,
                     (int)MAX_SIDE);
  }
  if (side % multiple == 0) return UNET_OK;
  size_t below = side / multiple * multiple;
  if (below == 0) {
    return unet_fail(UNET_USAGE, "%s %zu is not divisible by %zu, as %zu levels need; the nearest is %zu",
                     name, side, multiple, n_levels, multiple);
  }
  return unet_fail(UNET_USAGE,
                   "%s %zu is not divisible by %zu, as %zu levels need; the nearest are %zu and %zu", name,
                   side, multiple, n_levels, below, below + multiple);
}

unet_status unet_architecture_check(const unet_architecture *architecture) {
  if (architecture->channels != 1 && architecture->channels != 3) {
    return unet_fail(UNET_USAGE, "%zu input channels are not supported; use 1 (grey) or 3 (RGB)",
                     architecture->channels);
  }
  if (architecture->n_levels < 1 || architecture->n_levels > UNET_MAX_LEVELS) {
    return unet_fail(UNET_USAGE, "%zu levels of filters are not supported; use 1 to %d",
                     architecture->n_levels, (int)UNET_MAX_LEVELS);
  }
  for (size_t i = 0; i < architecture->n_levels; i++) {
    size_t filters = architecture->filters[i];
    if (filters < 1 || filters > MAX_FILTERS || (i > 0 && filters % 2)) {
      return unet_fail(UNET_USAGE, "a level of %zu filters is not supported; use even numbers from 2 to %d",
                       filters, (int)MAX_FILTERS);
    }
  }
  UNET_TRY(check_side("height", architecture->height, architecture->n_levels));
  return check_side("width", architecture->width, architecture->n_levels);
}

unet_status unet_architecture_parse_filters(unet_architecture *architecture, const char *text) {
  size_t n_levels = 0;
  size_t filters[UNET_MAX_LEVELS] = {0};
  const char *rest = text;
  do {
    char *end = NULL;
    errno = 0;
    unsigned long value = *rest >= '0' && *rest <= '9' ? strtoul(rest, &end, 10) : 0;
    if (value == 0 || errno || n_levels == UNET_MAX_LEVELS || (*end != ',' && *end != '\0')) {
      return unet_fail(UNET_USAGE, "filters '%s' are not a list of 1 to %d numbers such as 8,16,32,64,64,128",
                       text, (int)UNET_MAX_LEVELS);
    }
    filters[n_levels++] = value;
    rest = *end ? end + 1 : end;
    if (*end == ',' && *rest == '\0') rest = ","; /* a comma at the end is a missing number */
  } while (*rest);
  architecture->n_levels = n_levels;
  for (size_t i = 0; i < UNET_MAX_LEVELS; i++) architecture->filters[i] = filters[i];
  return UNET_OK;
}
