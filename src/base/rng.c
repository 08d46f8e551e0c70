#include "base/rng.h"

#include <math.h>

void unet_philox(uint32_t out[4], const uint32_t key[2], const uint32_t counter[4]) {
  uint32_t k0 = key[0], k1 = key[1];
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0;
    uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void unet_rng_start(unet_rng *rng, uint64_t seed, uint32_t stream, uint32_t index) {
  *rng = (unet_rng){
      .key = {(uint32_t)seed, (uint32_t)(seed >> 32)}, .counter = {0, 0, stream, index}, .used = 4};
}

uint32_t unet_rng_u32(unet_rng *rng) {
  if (rng->used == 4) {
    unet_philox(rng->words, rng->key, rng->counter);
    if (++rng->counter[0] == 0) rng->counter[1]++;
    rng->used = 0;
  }
  return rng->words[rng->used++];
}

float unet_rng_float(unet_rng *rng) { return (float)(unet_rng_u32(rng) >> 8) * 0x1p-24f; }

float unet_rng_range(unet_rng *rng, float low, float high) {
  return low + (high - low) * unet_rng_float(rng);
}

void unet_rng_fill(float *values, size_t count, float limit, uint64_t seed, uint32_t stream) {
  unet_rng rng;
  unet_rng_start(&rng, seed, stream, 0);
  for (size_t i = 0; i < count; i++)
    values[i] = (float)((int32_t)(unet_rng_u32(&rng) >> 8) - 0x800000) * (limit * 0x1p-23f);
}

float unet_rng_normal(unet_rng *rng) {
  float radius = sqrtf(-2.0f * logf(1.0f - unet_rng_float(rng)));
  return radius * cosf(6.28318530718f * unet_rng_float(rng));
}

uint32_t unet_rng_below(unet_rng *rng, uint32_t bound) {
  uint32_t skip = (0u - bound) % bound; /* 2^32 mod bound: below it the remainders would be uneven */
  uint32_t word = 0;
  do {
    word = unet_rng_u32(rng);
  } while (word < skip);
  return word % bound;
}

void unet_rng_shuffle(unet_rng *rng, size_t *items, size_t count) {
  for (size_t left = count; left > 1; left--) {
    size_t other = unet_rng_below(rng, (uint32_t)left);
    size_t kept = items[left - 1];
    items[left - 1] = items[other];
    items[other] = kept;
  }
}
