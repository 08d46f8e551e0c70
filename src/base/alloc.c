#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unet_status out_of_memory(size_t count, size_t size) {
  return unet_fail(UNET_NO_RESOURCE,
                   "out of memory: %zu x %zu bytes could not be had; use smaller images or a smaller batch",
                   count, size);
}

unet_status unet_multiply_sizes(size_t *out, size_t a, size_t b) {
  if (__builtin_mul_overflow(a, b, out)) return out_of_memory(a, b);
  return UNET_OK;
}

unet_status unet_add_sizes(size_t *out, size_t a, size_t b) {
  if (__builtin_add_overflow(a, b, out)) return out_of_memory(a, 1);
  return UNET_OK;
}

unet_status unet_alloc_array(void *out, size_t count, size_t size) {
  size_t bytes = 0;
  UNET_TRY(unet_multiply_sizes(&bytes, count, size));
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) return out_of_memory(count, size);
  memcpy(out, &memory, sizeof memory);
  return UNET_OK;
}

unet_status unet_grow_array(void *items, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity) return UNET_OK;
  size_t wanted = *capacity < 8 ? 8 : *capacity;
  while (wanted < needed) {
    if (wanted > SIZE_MAX / 2) return out_of_memory(needed, size);
    wanted *= 2;
  }
  size_t bytes = 0;
  UNET_TRY(unet_multiply_sizes(&bytes, wanted, size));
  void *memory = NULL;
  memcpy(&memory, items, sizeof memory);
  memory = realloc(memory, bytes);
  if (!memory) return out_of_memory(wanted, size);
  memset((char *)memory + *capacity * size, 0, (wanted - *capacity) * size);
  memcpy(items, &memory, sizeof memory);
  *capacity = wanted;
  return UNET_OK;
}

unet_status unet_copy_text(char **out, const char *text) { return unet_format_text(out, "%s", text); }

unet_status unet_format_text(char **out, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = NULL;
  unet_status status = length < 0 ? unet_fail(UNET_INTERNAL, "a text could not be formatted")
                                  : unet_alloc_array((void *)&text, (size_t)length + 1, 1);
  if (status == UNET_OK) {
    vsnprintf(text, (size_t)length + 1, format, again);
    *out = text;
  }
  va_end(again);
  return status;
}
