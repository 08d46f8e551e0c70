#include "data/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static bool is_grey(const unet_image *image) {
  if (image->channels == 1) return true;
  const uint16_t *rgb = image->samples;
  for (size_t i = 0; i < image->width * image->height; i++, rgb += 3) {
    if (rgb[0] != rgb[1] || rgb[1] != rgb[2]) return false;
  }
  return true;
}

/* A pixel's value in the file's own units. */
static unsigned value_at(const unet_image *image, size_t pixel) {
  unsigned sample = image->samples[pixel * image->channels];
  return image->depth == 8 ? sample / 257 : sample;
}

enum { SHOWN = 6, FULL = 65536 };

/* "0, 3, 17 and 40 more": the values marked in `seen`. */
static void describe_values(char *text, size_t size, const bool *seen) {
  size_t used = 0, found = 0;
  for (unsigned value = 0; value < FULL; value++) {
    if (!seen[value] || found++ >= SHOWN) continue;
    int length = snprintf(text + used, size - used, "%s%u", used ? ", " : "", value);
    used += (size_t)length;
  }
  if (found > SHOWN) (void)snprintf(text + used, size - used, " and %zu more", found - SHOWN);
}

/* Whether the values are 0 and at most one other, of those understood. */
static bool are_understood(const bool *seen, unsigned depth) {
  unsigned top = 0, others = 0;
  for (unsigned value = 1; value < FULL; value++) {
    if (!seen[value]) continue;
    top = value;
    others++;
  }
  return others == 0 || (others == 1 && (top == 1 || top == 255 || (depth == 16 && top == 65535)));
}

/* *seen = which of the FULL values the image holds; the caller frees it. */
static unet_status list_values(bool **seen, const unet_image *image) {
  UNET_TRY(unet_alloc_array((void *)seen, FULL, sizeof **seen));
  for (size_t i = 0; i < image->width * image->height; i++) (*seen)[value_at(image, i)] = true;
  return UNET_OK;
}

static unet_status check_values(const unet_image *image, const char *path) {
  bool *seen = NULL;
  UNET_TRY(list_values(&seen, image));
  unet_status status = UNET_OK;
  if (!are_understood(seen, image->depth)) {
    char text[128] = "";
    describe_values(text, sizeof text, seen);
    status =
        unet_fail(UNET_BAD_INPUT,
                  "%s: the mask holds the values %s; use only 0 and %u, or say with --mask-threshold above "
                  "which value is defect",
                  path, text, image->depth == 8 ? 255u : 65535u);
  }
  free(seen);
  return status;
}

bool unet_image_looks_like_mask(const unet_image *image) {
  bool *seen = NULL;
  if (!is_grey(image) || list_values(&seen, image) != UNET_OK) return false;
  const bool understood = are_understood(seen, image->depth);
  free(seen);
  return understood;
}

unet_status unet_mask_read(unet_mask *out, const char *path, int threshold) {
  unet_image image = {0};
  unet_mask mask = {0};
  UNET_TRY(unet_image_read(&image, path));
  unet_status status = UNET_OK;
  unsigned above = threshold < 0 ? 0 : (unsigned)threshold;
  if (!is_grey(&image)) {
    status = unet_fail(UNET_BAD_INPUT,
                       "%s: the mask is in colour; save it as grey, 0 for good and 255 for defect", path);
  } else if (threshold < 0) {
    status = check_values(&image, path);
  }
  if (status != UNET_OK) goto done;
  mask = (unet_mask){.width = image.width, .height = image.height};
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&mask.values, mask.width * mask.height, 1));
  bool one_value = true;
  for (size_t i = 0; i < mask.width * mask.height; i++) {
    const unsigned value = value_at(&image, i);
    mask.values[i] = value > above;
    if (value > mask.largest) mask.largest = value;
    one_value = one_value && value == value_at(&image, 0);
  }
  mask.in_alpha = one_value && unet_png_draws_in_alpha(path);
  *out = mask;
done:
  unet_image_free(&image);
  return status;
}

void unet_mask_free(unet_mask *mask) {
  free(mask->values);
  *mask = (unet_mask){0};
}
