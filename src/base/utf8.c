#include "base/utf8.h"

#include <string.h>

#include "base/alloc.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* Bytes of the character that starts here, 0 where none does. The text's final 0 ends a cut one. */
static size_t character_bytes(const unsigned char *text) {
  if (text[0] < 0x80) return 1;
  const size_t bytes = text[0] < 0xC2 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : text[0] < 0xF5 ? 4 : 0;
  for (size_t i = 1; i < bytes; i++) {
    if ((text[i] & 0xC0) != 0x80) return 0;
  }
  if (text[0] == 0xE0 && text[1] < 0xA0) return 0; /* overlong */
  if (text[0] == 0xED && text[1] > 0x9F) return 0; /* a surrogate */
  if (text[0] == 0xF0 && text[1] < 0x90) return 0; /* overlong */
  if (text[0] == 0xF4 && text[1] > 0x8F) return 0; /* above U+10FFFF */
  return bytes;
}

unet_status unet_utf8_replace_invalid(char **out, const char *text) {
  char *copy = NULL;
  size_t longest = 0;
  UNET_TRY(unet_multiply_sizes(&longest, strlen(text), sizeof replacement - 1));
  UNET_TRY(unet_alloc_array((void *)&copy, longest + 1, 1));
  char *end = copy;
  while (*text) {
    const size_t bytes = character_bytes((const unsigned char *)text);
    const char *taken = bytes ? text : replacement;
    const size_t length = bytes ? bytes : sizeof replacement - 1;
    memcpy(end, taken, length);
    end += length;
    text += bytes ? bytes : 1;
  }
  *out = copy;
  return UNET_OK;
}
