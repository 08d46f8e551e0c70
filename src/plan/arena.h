/* Packing of blocks with lifetimes into chunks of memory. */
#ifndef UNETCL_PLAN_ARENA_H
#define UNETCL_PLAN_ARENA_H

#include <stddef.h>

#include "base/error.h"

/* A block lives from step `first` to step `last`, both included. Blocks whose lives overlap never share
 * memory. */
typedef struct unet_block {
  size_t size; /* in any unit; offsets are multiples of what the sizes are multiples of */
  size_t first, last;
  size_t chunk, offset; /* the result */
} unet_block;

/* Places the blocks one by one, each at the lowest free offset of the first chunk that has room below
 * chunk_limit, in the best of many orders; the same blocks always get the same places.
 * chunk_sizes[0..*n_chunks) get the sizes; UNET_NO_RESOURCE when a block exceeds the limit or more than
 * max_chunks are needed. */
unet_status unet_arena_pack(unet_block *blocks, size_t count, size_t chunk_limit, size_t *chunk_sizes,
                            size_t *n_chunks, size_t max_chunks);

#endif
