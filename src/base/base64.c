#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

unet_status unet_base64_encode(char **out, const char *prefix, const void *bytes, size_t size) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const uint8_t *from = bytes;
  const size_t start = strlen(prefix);
  char *text = NULL;
  UNET_TRY(unet_alloc_array((void *)&text, size / 3 + 2 + start / 4, 4));
  char *to = stpcpy(text, prefix);
  for (size_t i = 0; i < size; i += 3) {
    const size_t n = size - i < 3 ? size - i : 3;
    const uint32_t group = (uint32_t)from[i] << 16 | (n > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                           (n > 2 ? (uint32_t)from[i + 2] : 0);
    for (size_t k = 0; k < 4; k++) *to++ = k <= n ? letters[group >> (18 - 6 * k) & 63] : '=';
  }
  *out = text;
  return UNET_OK;
}
