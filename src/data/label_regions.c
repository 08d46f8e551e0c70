/* Connected regions by flooding from each first pixel, row by row. */
#include <stdlib.h>

#include "base/alloc.h"
#include "data/mask.h"

typedef struct flood {
  const uint8_t *values;
  uint32_t *labels;
  size_t height, width;
  size_t *stack; /* pixels that are labelled and whose neighbours are not yet looked at */
  size_t count, capacity;
} flood;

static unet_status visit(flood *state, size_t pixel, uint32_t label) {
  if (!state->values[pixel] || state->labels[pixel]) return UNET_OK;
  state->labels[pixel] = label;
  UNET_TRY(unet_grow_array((void *)&state->stack, &state->capacity, state->count + 1, sizeof *state->stack));
  state->stack[state->count++] = pixel;
  return UNET_OK;
}

static unet_status fill_region(flood *state, size_t first, uint32_t label) {
  UNET_TRY(visit(state, first, label));
  while (state->count > 0) {
    size_t pixel = state->stack[--state->count];
    size_t y = pixel / state->width, x = pixel % state->width;
    size_t top = y > 0 ? y - 1 : 0, bottom = y + 1 < state->height ? y + 1 : y;
    size_t left = x > 0 ? x - 1 : 0, right = x + 1 < state->width ? x + 1 : x;
    for (size_t ny = top; ny <= bottom; ny++) {
      for (size_t nx = left; nx <= right; nx++) UNET_TRY(visit(state, ny * state->width + nx, label));
    }
  }
  return UNET_OK;
}

unet_status unet_label_regions(uint32_t *labels, uint32_t *regions, const uint8_t *values, size_t height,
                               size_t width) {
  flood state = {.values = values, .labels = labels, .height = height, .width = width};
  uint32_t found = 0;
  unet_status status = UNET_OK;
  for (size_t i = 0; i < height * width; i++) labels[i] = 0;
  for (size_t i = 0; i < height * width && status == UNET_OK; i++) {
    if (values[i] && !labels[i]) status = fill_region(&state, i, ++found);
  }
  free(state.stack);
  if (status == UNET_OK) *regions = found;
  return status;
}
