#include "plan/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

static int larger_first(const void *a, const void *b) {
  const unet_block *left = *(unet_block *const *)a, *right = *(unet_block *const *)b;
  if (left->size != right->size) return left->size < right->size ? 1 : -1;
  return left < right ? -1 : left > right; /* so that the order, and the plan, is the same everywhere */
}

static int lives_overlap(const unet_block *a, const unet_block *b) {
  return a->first <= b->last && b->first <= a->last;
}

/* The lowest gap of `chunk` that holds the block, among the `count` placed blocks, lowest first, that live at
 * the same time. */
static size_t lowest_offset(const unet_block *block, unet_block *const *placed, size_t count, size_t chunk) {
  size_t offset = 0;
  for (size_t i = 0; i < count && placed[i]->offset < offset + block->size; i++) {
    if (placed[i]->chunk != chunk || !lives_overlap(block, placed[i])) continue;
    size_t end = placed[i]->offset + placed[i]->size;
    if (end > offset) offset = end;
  }
  return offset;
}

typedef struct packing {
  unet_block **order;  /* the blocks as they are placed, at first the largest first */
  unet_block **placed; /* those that have a place, lowest first */
  size_t limit;
  size_t *chunk_sizes;
  size_t n_chunks, max_chunks;
} packing;

static void insert(unet_block **placed, size_t count, unet_block *block) {
  for (; count > 0 && placed[count - 1]->offset > block->offset; count--) placed[count] = placed[count - 1];
  placed[count] = block;
}

static unet_status place(packing *pack, size_t index) {
  unet_block *block = pack->order[index];
  if (block->size > pack->limit) {
    return unet_fail(UNET_NO_RESOURCE,
                     "a tensor of %.0f MB exceeds the device's largest allocation of %.0f MB; use a smaller "
                     "--batch or --size",
                     (double)block->size * 4e-6, (double)pack->limit * 4e-6);
  }
  for (size_t chunk = 0; chunk < pack->max_chunks; chunk++) {
    size_t offset = lowest_offset(block, pack->placed, index, chunk);
    if (offset + block->size > pack->limit) continue;
    block->chunk = chunk;
    block->offset = offset;
    if (chunk >= pack->n_chunks) {
      pack->n_chunks = chunk + 1;
      pack->chunk_sizes[chunk] = 0;
    }
    if (offset + block->size > pack->chunk_sizes[chunk]) pack->chunk_sizes[chunk] = offset + block->size;
    insert(pack->placed, index, block);
    return UNET_OK;
  }
  return unet_fail(UNET_NO_RESOURCE,
                   "the network needs more than %zu pieces of memory; use a smaller --batch or --size",
                   pack->max_chunks);
}

static unet_status place_all(packing *pack, size_t count) {
  pack->n_chunks = 0;
  for (size_t i = 0; i < count; i++) UNET_TRY(place(pack, i));
  return UNET_OK;
}

static size_t total(const packing *pack) {
  size_t sum = 0;
  for (size_t i = 0; i < pack->n_chunks; i++) sum += pack->chunk_sizes[i];
  return sum;
}

/* Of the first, larger ones: the small ones find a place anyway. */
static void swap_two(packing *pack, size_t count, unet_rng *rng) {
  enum { LARGER = 64 };
  if (count > LARGER) count = LARGER;
  size_t a = unet_rng_below(rng, (uint32_t)count), b = unet_rng_below(rng, (uint32_t)count);
  unet_block *block = pack->order[a];
  pack->order[a] = pack->order[b];
  pack->order[b] = block;
}

/* The most that is needed at once: no packing takes less. */
static size_t most_alive(unet_block *const *blocks, size_t count) {
  size_t most = 0;
  for (size_t i = 0; i < count; i++) {
    size_t alive = 0, start = blocks[i]->first;
    for (size_t j = 0; j < count; j++) {
      if (blocks[j]->first <= start && start <= blocks[j]->last) alive += blocks[j]->size;
    }
    if (alive > most) most = alive;
  }
  return most;
}

/* Largest first is a good order, seldom the best: keeps what swaps of two blocks do not make worse, until
 * little can be gained. (The article's network in training, batch 8, with Winograd's scratch memory: an arena
 * of 203 MB after 600 rounds, 188.3 MB after these; 188.2 MB are alive at once. Planning it took 0.5 % of a
 * short bench.) */
static unet_status search(packing *pack, unet_block **best_order, size_t count) {
  enum { ROUNDS = 2000, LITTLE = 1000 };
  unet_rng rng; /* the same numbers each time: the same plan */
  unet_rng_start(&rng, 0, UNET_STREAM_PLAN, 0);
  UNET_TRY(place_all(pack, count));
  size_t best = total(pack), bytes = count * sizeof *best_order, least = most_alive(pack->order, count);
  memcpy(best_order, pack->order, bytes);
  for (int round = 0; round < ROUNDS && best > least + least / LITTLE; round++) {
    swap_two(pack, count, &rng);
    if (place_all(pack, count) == UNET_OK && total(pack) <= best) {
      best = total(pack);
      memcpy(best_order, pack->order, bytes);
    } else {
      memcpy(pack->order, best_order, bytes);
    }
  }
  memcpy(pack->order, best_order, bytes);
  return place_all(pack, count);
}

unet_status unet_arena_pack(unet_block *blocks, size_t count, size_t chunk_limit, size_t *chunk_sizes,
                            size_t *n_chunks, size_t max_chunks) {
  packing pack = {.limit = chunk_limit, .chunk_sizes = chunk_sizes, .max_chunks = max_chunks};
  unet_block **best_order = NULL;
  unet_status status = UNET_OK;
  *n_chunks = 0;
  if (count == 0) return UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&pack.order, count, sizeof(unet_block *)));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&pack.placed, count, sizeof(unet_block *)));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&best_order, count, sizeof(unet_block *)));
  for (size_t i = 0; i < count; i++) pack.order[i] = &blocks[i];
  qsort(pack.order, count, sizeof(unet_block *), larger_first);
  UNET_TRY_GOTO(done, search(&pack, best_order, count));
  *n_chunks = pack.n_chunks;
done:
  free(pack.order);
  free(pack.placed);
  free(best_order);
  return status;
}
