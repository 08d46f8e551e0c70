/* Smooth noise on a lattice of hashed integers: the textures of the synthetic parts. Pure functions of
 * (salt, position), so a texture does not depend on the order in which pixels are drawn. */
#ifndef UNETCL_DATA_SYNTH_NOISE_H
#define UNETCL_DATA_SYNTH_NOISE_H

#include <stdint.h>

/* Uniform in [-1,1), of a lattice point. */
float unet_noise_point(uint32_t salt, int32_t x, int32_t y);

/* Value noise in [-1,1]: lattice points joined by smooth steps. One feature per unit of x and y. */
float unet_noise(uint32_t salt, float x, float y);

/* The same, repeating in x after `period` > 0 units: for angles. */
float unet_noise_ring(uint32_t salt, float x, float y, int32_t period);

/* Sum of octaves, each at twice the frequency and half the weight, in [-1,1]. */
float unet_noise_fractal(uint32_t salt, float x, float y, int octaves);

#endif
