#include "data/synth_noise.h"

/* Avalanche finalizer: every bit of the input moves about half the bits of the output. */
static uint32_t scramble(uint32_t bits) {
  bits ^= bits >> 16;
  bits *= 0x7FEB352Du;
  bits ^= bits >> 15;
  bits *= 0x846CA68Bu;
  return bits ^ (bits >> 16);
}

float unet_noise_point(uint32_t salt, int32_t x, int32_t y) {
  uint32_t bits = scramble(((uint32_t)x * 0x9E3779B1u) ^ scramble((uint32_t)y * 0x85EBCA77u + salt));
  return (float)(bits >> 8) * 0x1p-23f - 1.0f;
}

/* floorf is a call into the C library on a baseline x86-64. */
static int32_t floor_to_int(float value) {
  int32_t whole = (int32_t)value;
  return whole - (value < (float)whole);
}

static float smooth(float t) { return t * t * (3.0f - 2.0f * t); }

static float blend_cell(uint32_t salt, int32_t x0, int32_t x1, int32_t y0, float tx, float ty) {
  float top = unet_noise_point(salt, x0, y0);
  top += (unet_noise_point(salt, x1, y0) - top) * tx;
  float low = unet_noise_point(salt, x0, y0 + 1);
  low += (unet_noise_point(salt, x1, y0 + 1) - low) * tx;
  return top + (low - top) * ty;
}

float unet_noise(uint32_t salt, float x, float y) {
  int32_t cell_x = floor_to_int(x), cell_y = floor_to_int(y);
  float tx = smooth(x - (float)cell_x), ty = smooth(y - (float)cell_y);
  return blend_cell(salt, cell_x, cell_x + 1, cell_y, tx, ty);
}

float unet_noise_ring(uint32_t salt, float x, float y, int32_t period) {
  int32_t cell_x = floor_to_int(x), cell_y = floor_to_int(y);
  float tx = smooth(x - (float)cell_x), ty = smooth(y - (float)cell_y);
  int32_t here = cell_x % period;
  if (here < 0) here += period;
  int32_t next = here + 1 == period ? 0 : here + 1;
  return blend_cell(salt, here, next, cell_y, tx, ty);
}

float unet_noise_fractal(uint32_t salt, float x, float y, int octaves) {
  float sum = 0.0f, weight = 1.0f, total = 0.0f;
  for (int octave = 0; octave < octaves; octave++) {
    sum += weight * unet_noise(salt + (uint32_t)octave, x, y);
    total += weight;
    weight *= 0.5f;
    float turned = 1.6f * x - 1.2f * y; /* twice as fine, and turned so that the lattices do not line up */
    y = 1.2f * x + 1.6f * y;
    x = turned;
  }
  return sum / total;
}
