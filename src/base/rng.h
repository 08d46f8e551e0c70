/* Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011). The same (seed, stream, index) gives the same number on every machine and on the
 * device (cl/philox.cl holds the same function). */
#ifndef UNETCL_BASE_RNG_H
#define UNETCL_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Streams keep the uses of one seed apart. Tensor i is initialised from stream UNET_STREAM_INIT + i. */
enum {
  UNET_STREAM_SPLIT = 1,
  UNET_STREAM_SELECT = 2,
  UNET_STREAM_SHUFFLE = 3,
  UNET_STREAM_SYNTH = 4,
  UNET_STREAM_PLAN = 5,
  UNET_STREAM_WINDOW = 7,
  UNET_STREAM_AUGMENT = 6,
  UNET_STREAM_NOISE = 7, /* cl/augment.cl */
  UNET_STREAM_FOLDS = 8,
  UNET_STREAM_INIT = 1000
};

/* Four 32-bit words from a 64-bit key and a 128-bit counter. */
void unet_philox(uint32_t out[4], const uint32_t key[2], const uint32_t counter[4]);

/* A sequence of numbers. Plain data: copy it to fork it. */
typedef struct unet_rng {
  uint32_t key[2];
  uint32_t counter[4];
  uint32_t words[4];
  unsigned used; /* of words */
} unet_rng;

/* `stream` is one of the enum above, `index` e.g. the epoch or the image's number. */
void unet_rng_start(unet_rng *rng, uint64_t seed, uint32_t stream, uint32_t index);
uint32_t unet_rng_u32(unet_rng *rng);
/* Uniform in [0,1), 24 bits. */
float unet_rng_float(unet_rng *rng);
float unet_rng_range(unet_rng *rng, float low, float high);
/* `count` of U(-limit, limit), 24 bits each, from the stream's index 0. An integer and a scaled limit that
 * are exact floats: one rounding, the same bits on every machine. */
void unet_rng_fill(float *values, size_t count, float limit, uint64_t seed, uint32_t stream);
/* Standard normal (Box-Muller). */
float unet_rng_normal(unet_rng *rng);
/* Uniform in [0, bound), without bias; bound > 0. */
uint32_t unet_rng_below(unet_rng *rng, uint32_t bound);
/* Fisher-Yates shuffle of indices. */
void unet_rng_shuffle(unet_rng *rng, size_t *items, size_t count);

#endif
