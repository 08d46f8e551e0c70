#include "run/batch_sources.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

/* Turned, shrunk and shifted windows show pixels from around them: so many times their side is at hand. */
static const double margin = 1.8;

static size_t with_margin(size_t side) { return (size_t)(margin * (double)side); }

unet_status unet_batch_sources_make(unet_batch_sources *out, const unet_samples *samples,
                                    const unet_pictures *pictures, const unet_augment_options *augment,
                                    size_t batch) {
  unet_batch_sources sources = {.augment = augment, .samples = samples, .pictures = pictures};
  sources.room = pictures ? with_margin(samples->height) * with_margin(samples->width)
                          : samples->height * samples->width;
  size_t pixels = 0, values = 0;
  unet_status status = unet_multiply_sizes(&pixels, sources.room, batch);
  if (status == UNET_OK) status = unet_multiply_sizes(&values, pixels, samples->channels);
  if (status == UNET_OK) status = unet_alloc_array((void *)&sources.images, values, sizeof *sources.images);
  if (status == UNET_OK) status = unet_alloc_array((void *)&sources.masks, pixels, sizeof *sources.masks);
  if (status == UNET_OK) status = unet_alloc_array((void *)&sources.items, batch, sizeof *sources.items);
  if (status != UNET_OK) {
    unet_batch_sources_free(&sources);
    return status;
  }
  *out = sources;
  return UNET_OK;
}

void unet_batch_sources_free(unet_batch_sources *sources) {
  free(sources->images);
  free(sources->masks);
  free(sources->items);
  *sources = (unet_batch_sources){0};
}

/* A part of a picture: rows [top, top + height), columns [left, left + width). */
typedef struct part {
  size_t top, left, height, width;
} part;

/* Copies the part to the place of `position` and tells its item where it lies. */
static void copy_part(unet_batch_sources *s, size_t position, const unet_picture *picture, const part *p) {
  const size_t channels = s->samples->channels, pixels = p->height * p->width;
  uint16_t *image = s->images + position * s->room * channels;
  uint8_t *mask = s->masks + position * s->room;
  unet_augmentation *item = &s->items[position];
  for (size_t y = 0; y < p->height; y++) {
    const size_t from = (p->top + y) * picture->width + p->left;
    memcpy(mask + y * p->width, picture->mask + from, p->width);
    for (size_t c = 0; c < channels; c++)
      memcpy(image + c * pixels + y * p->width, picture->image + c * picture->height * picture->width + from,
             p->width * sizeof *image);
  }
  item->image_at = (uint32_t)(position * s->room * channels);
  item->mask_at = (uint32_t)(position * s->room);
  item->height = (int32_t)p->height;
  item->width = (int32_t)p->width;
}

/* --- windows ------------------------------------------------------------------------------------------ */

/* Moves a window's centre so that it lies within the picture; to the middle of a smaller one. */
static double hold_within(double centre, size_t side, size_t length) {
  const double half = ((double)side - 1.0) / 2.0, last = (double)length - 1.0;
  if (length <= side) return last / 2.0;
  return fmin(fmax(centre, half), last - half);
}

/* *x, *y = the centre of a window that may be drawn from the picture. */
static void draw_centre(double *x, double *y, const unet_picture *picture, const unet_samples *size,
                        const unet_lot *lot) {
  const float reach = 1.0f / 3.0f; /* of the side: how far from the middle the defect may lie */
  unet_rng rng;
  unet_rng_start(&rng, lot->seed, UNET_STREAM_WINDOW, lot->epoch);
  rng.counter[1] = lot->position; /* the image's own part of the epoch's numbers */
  const bool near = picture->defect_pixels > 0 && unet_rng_float(&rng) < 0.5f;
  if (near) {
    const size_t at = unet_picture_defect(picture, unet_rng_below(&rng, (uint32_t)picture->defect_pixels));
    const size_t row = at / picture->width, column = at % picture->width;
    *x = (double)column + (double)(unet_rng_range(&rng, -reach, reach) * (float)size->width);
    *y = (double)row + (double)(unet_rng_range(&rng, -reach, reach) * (float)size->height);
  } else {
    *x = (double)unet_rng_below(&rng, (uint32_t)picture->width);
    *y = (double)unet_rng_below(&rng, (uint32_t)picture->height);
  }
  *x = hold_within(*x, size->width, picture->width);
  *y = hold_within(*y, size->height, picture->height);
}

/* The first of `room` pixels about the centre, and how many the picture has of them. */
static void part_about(size_t *first, size_t *count, double centre, size_t room, size_t length) {
  const double begin = fmax(floor(centre - (double)room / 2.0), 0.0);
  *first = (size_t)begin;
  *count = length - *first < room ? length - *first : room;
}

static void fill_window(unet_batch_sources *s, size_t position, const unet_picture *picture,
                        const unet_lot *lot) {
  const unet_samples *size = s->samples;
  unet_window window = {.scale = 1.0};
  part p;
  draw_centre(&window.centre_x, &window.centre_y, picture, size, lot);
  part_about(&p.top, &p.height, window.centre_y, with_margin(size->height), picture->height);
  part_about(&p.left, &p.width, window.centre_x, with_margin(size->width), picture->width);
  window.centre_x -= (double)p.left;
  window.centre_y -= (double)p.top;
  unet_augment_draw(&s->items[position], s->augment, &window, size->channels, size->height, size->width, lot);
  copy_part(s, position, picture, &p);
}

/* --- the batch ---------------------------------------------------------------------------------------- */

static void fill_whole(unet_batch_sources *s, size_t position, size_t index, const unet_lot *lot) {
  const unet_samples *size = s->samples;
  const unet_window window = unet_whole_window(size->height, size->width);
  const size_t pixels = size->height * size->width;
  const unet_picture picture = {.height = size->height,
                                .width = size->width,
                                .image = size->images + index * pixels * size->channels,
                                .mask = size->masks + index * pixels};
  unet_augment_draw(&s->items[position], s->augment, &window, size->channels, size->height, size->width, lot);
  copy_part(s, position, &picture, &(part){0, 0, size->height, size->width});
}

void unet_batch_sources_fill(unet_batch_sources *sources, size_t position, size_t index,
                             const unet_lot *lot) {
  if (sources->pictures) {
    fill_window(sources, position, &sources->pictures->items[index], lot);
  } else {
    fill_whole(sources, position, index, lot);
  }
}

unet_source_batch unet_batch_sources_get(const unet_batch_sources *sources, size_t n) {
  return (unet_source_batch){.n = n,
                             .images = sources->images,
                             .masks = sources->masks,
                             .image_values = n * sources->room * sources->samples->channels,
                             .mask_values = n * sources->room,
                             .items = sources->items};
}
