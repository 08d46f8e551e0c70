/* stb_image, compiled here and nowhere else, with static names so that a program that links the static
 * library may bring its own copy. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "data/image_format.h"

/* Zeroed memory: where a damaged file leaves pixels undecoded, they come out the same every time. A failed
 * assertion on a damaged file must not end the process; our own checks stand before. */
#define STBI_MALLOC(size) calloc(1, size)
#define STBI_REALLOC(pointer, size) realloc(pointer, size)
#define STBI_FREE(pointer) free(pointer)
#define STBI_ASSERT(condition) ((void)0)
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
/* Told at the end of the file, so it cannot be lifted after the include. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>

unet_status unet_stb_decode(unet_image *out, const unet_blob *file, const char *format) {
  if (file->size > INT_MAX) return unet_image_damaged(file->name, format, "over 2 GiB");
  int width = 0, height = 0, channels = 0;
  int wanted = 3;
  if (stbi_info_from_memory(file->bytes, (int)file->size, &width, &height, &channels) && channels <= 2)
    wanted = 1;
  stbi_uc *pixels = stbi_load_from_memory(file->bytes, (int)file->size, &width, &height, &channels, wanted);
  if (!pixels) {
    const char *reason = stbi_failure_reason();
    if (reason && strcmp(reason, "outofmem") == 0) {
      return unet_fail(UNET_NO_RESOURCE, "%s: out of memory for the picture; use smaller images", file->name);
    }
    return unet_image_damaged(file->name, format, reason ? reason : "unknown");
  }
  unet_image image = {0};
  unet_status status = unet_image_make(&image, (size_t)width, (size_t)height, (size_t)wanted, 8);
  if (status == UNET_OK) {
    size_t count = image.width * image.height * image.channels;
    for (size_t i = 0; i < count; i++) image.samples[i] = (uint16_t)(pixels[i] * 257u);
    *out = image;
  }
  stbi_image_free(pixels);
  return status;
}
