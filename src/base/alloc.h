/* Memory that reports its failures. Released with free(). */
#ifndef UNETCL_BASE_ALLOC_H
#define UNETCL_BASE_ALLOC_H

#include <stddef.h>

#include "base/error.h"

/* *out = count x size zeroed bytes; UNET_NO_RESOURCE when the product overflows or memory is out.
 * A count of 0 gives a pointer that may be freed. `out` is the address of any object pointer. */
unet_status unet_alloc_array(void *out, size_t count, size_t size);

/* Grows the array at *items (capacity in elements) so that it holds at least `needed` elements. */
unet_status unet_grow_array(void *items, size_t *capacity, size_t needed, size_t size);

/* *out = a copy of the text. */
unet_status unet_copy_text(char **out, const char *text);

/* *out = printf into fresh memory. */
unet_status unet_format_text(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* *out = a x b (or a + b), UNET_NO_RESOURCE when it does not fit size_t. */
unet_status unet_multiply_sizes(size_t *out, size_t a, size_t b);
unet_status unet_add_sizes(size_t *out, size_t a, size_t b);

static inline size_t unet_divide_up(size_t a, size_t b) { return (a + b - 1) / b; }

static inline size_t unet_round_up(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

#endif
