/* stb_image_write, compiled here and nowhere else, with static names so that a program that links the static
 * library may bring its own copy. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/image.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
/* Told at the end of the file, so it cannot be lifted after the include. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image_write.h>

typedef struct jpeg_bytes {
  char *items;
  size_t count, capacity;
  unet_status status;
} jpeg_bytes;

static void append(void *context, void *data, int size) {
  jpeg_bytes *bytes = context;
  if (bytes->status != UNET_OK) return;
  bytes->status = unet_grow_array((void *)&bytes->items, &bytes->capacity, bytes->count + (size_t)size, 1);
  if (bytes->status != UNET_OK) return;
  memcpy(bytes->items + bytes->count, data, (size_t)size);
  bytes->count += (size_t)size;
}

unet_status unet_image_encode_jpeg(char **bytes, size_t *size, const unet_image *image, int quality) {
  const size_t count = image->width * image->height * image->channels;
  uint8_t *samples = NULL;
  jpeg_bytes written = {0};
  UNET_TRY(unet_alloc_array((void *)&samples, count, 1));
  for (size_t i = 0; i < count; i++) samples[i] = (uint8_t)(image->samples[i] >> 8);
  const int made = stbi_write_jpg_to_func(append, &written, (int)image->width, (int)image->height,
                                          (int)image->channels, samples, quality);
  free(samples);
  if (!made && written.status == UNET_OK)
    written.status = unet_fail(UNET_INTERNAL, "a picture of %zux%zu could not be made a JPEG", image->width,
                               image->height);
  if (written.status != UNET_OK) {
    free(written.items);
    return written.status;
  }
  *bytes = written.items;
  *size = written.count;
  return UNET_OK;
}
