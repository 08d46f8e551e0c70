#include "data/pictures.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/host_memory.h"
#include "data/dataset.h"
#include "data/resize.h"
#include "data/windows.h"

static unet_status check_memory(const unet_image *image, size_t channels) {
  const double available = (double)unet_host_available_bytes();
  const double needed = (double)(image->height * image->width) * (double)(channels * sizeof(uint16_t) + 1);
  if (available == 0.0 || needed <= available) return UNET_OK;
  return unet_fail(
      UNET_NO_RESOURCE,
      "the pictures at their own size take more than the machine has free (%.0f MB are left); use "
      "fewer images, or train without --tile",
      available / 1e6);
}

static unet_status store(void *user, size_t position, const unet_image *image, const unet_mask *mask) {
  const unet_pictures *pictures = user;
  unet_picture *picture = &pictures->items[position];
  const size_t pixels = image->height * image->width;
  UNET_TRY(check_memory(image, pictures->channels));
  UNET_TRY(unet_alloc_array((void *)&picture->image, pixels * pictures->channels, sizeof *picture->image));
  UNET_TRY(unet_alloc_array((void *)&picture->mask, pixels, sizeof *picture->mask));
  picture->height = image->height;
  picture->width = image->width;
  if (mask->values) memcpy(picture->mask, mask->values, pixels);
  for (size_t i = 0; i < pixels; i++) picture->defect_pixels += picture->mask[i];
  return unet_image_to_planes(picture->image, pictures->channels, image->height, image->width, image);
}

unet_status unet_pictures_load(unet_pictures *out, const unet_dataset *dataset, const size_t *indices,
                               size_t count, size_t channels, unet_problem_fn on_problem, void *user) {
  unet_pictures pictures = {.count = count, .channels = channels};
  unet_status status = unet_alloc_array((void *)&pictures.items, count, sizeof *pictures.items);
  if (status == UNET_OK)
    status = unet_items_read(dataset, indices, count, store, &pictures, on_problem, user);
  if (status != UNET_OK) {
    unet_pictures_free(&pictures);
    return status;
  }
  *out = pictures;
  return UNET_OK;
}

void unet_pictures_free(unet_pictures *pictures) {
  for (size_t i = 0; i < pictures->count && pictures->items; i++) {
    free(pictures->items[i].image);
    free(pictures->items[i].mask);
  }
  free(pictures->items);
  *pictures = (unet_pictures){0};
}

/* --- windows ------------------------------------------------------------------------------------------ */

static void cut(uint16_t *image, uint8_t *mask, const unet_samples *size, const unet_picture *picture,
                ptrdiff_t top, ptrdiff_t left) {
  const size_t pixels = size->height * size->width, source_pixels = picture->height * picture->width;
  for (size_t i = 0; i < pixels; i++) {
    const size_t y = unet_reflect(top + (ptrdiff_t)(i / size->width), picture->height);
    const size_t x = unet_reflect(left + (ptrdiff_t)(i % size->width), picture->width);
    const size_t source = y * picture->width + x;
    for (size_t c = 0; c < size->channels; c++)
      image[c * pixels + i] = picture->image[c * source_pixels + source];
    mask[i] = picture->mask[source];
  }
}

static void cut_all(const unet_samples *out, const unet_picture *picture, size_t *next) {
  const unet_window_axis down = unet_window_axis_make(picture->height, out->height, 0);
  const unet_window_axis across = unet_window_axis_make(picture->width, out->width, 0);
  const size_t pixels = out->height * out->width;
  for (size_t i = 0; i < down.count * across.count; i++, (*next)++)
    cut(out->images + *next * out->channels * pixels, out->masks + *next * pixels, out, picture,
        unet_window_start(&down, i / across.count), unet_window_start(&across, i % across.count));
}

unet_status unet_pictures_cut(unet_samples *out, const unet_pictures *pictures, size_t first, size_t count,
                              size_t height, size_t width) {
  unet_samples samples = {.channels = pictures->channels, .height = height, .width = width};
  const unet_picture *items = pictures->items + first;
  size_t pixels = 0, next = 0;
  for (size_t i = 0; i < count; i++)
    samples.count += unet_window_axis_make(items[i].height, height, 0).count *
                     unet_window_axis_make(items[i].width, width, 0).count;
  UNET_TRY(unet_multiply_sizes(&pixels, samples.count, height * width));
  unet_status status =
      unet_alloc_array((void *)&samples.images, pixels * samples.channels, sizeof *samples.images);
  if (status == UNET_OK) status = unet_alloc_array((void *)&samples.masks, pixels, sizeof *samples.masks);
  if (status != UNET_OK) {
    unet_samples_free(&samples);
    return status;
  }
  for (size_t i = 0; i < count; i++) cut_all(&samples, &items[i], &next);
  *out = samples;
  return UNET_OK;
}

size_t unet_picture_defect(const unet_picture *picture, size_t n) {
  size_t at = 0;
  for (size_t seen = 0; picture->mask[at] == 0 || seen++ < n;) at++;
  return at;
}
