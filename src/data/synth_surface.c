#include "data/synth_surface.h"

#include <math.h>

#include "data/synth_noise.h"

static const float tau = 6.28318530718f;

static float step_between(float low, float high, float value) {
  float t = fminf(fmaxf((value - low) / (high - low), 0.0f), 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

static unet_color scaled(unet_color color, float factor) {
  return (unet_color){color.r * factor, color.g * factor, color.b * factor};
}

unet_color unet_color_mix(unet_color base, unet_color over, float share) {
  return (unet_color){base.r + (over.r - base.r) * share, base.g + (over.g - base.g) * share,
                      base.b + (over.b - base.b) * share};
}

unet_color unet_synth_ground(const unet_synth_part *part, float pixel_x, float pixel_y) {
  float x = pixel_x / part->radius, y = pixel_y / part->radius;
  float cloud = 0.12f * unet_noise(part->salt + 30, x * 2.0f, y * 2.0f);
  float weave = 0.10f * unet_noise(part->salt + 31, x * 40.0f, y * 40.0f);
  float dust = step_between(0.94f, 1.0f, unet_noise(part->salt + 32, x * 24.0f, y * 24.0f));
  return scaled(part->ground, 1.0f + cloud + weave + 0.8f * dust);
}

/* Dark flecks of the rough face: streaks along the radius broken by grains. */
static float flecks(const unet_synth_part *part, unet_point at, float angle, float radius) {
  int period = radius < 0.55f ? 150 : 230;
  float streak = unet_noise_ring(part->salt + 1, angle / tau * (float)period, radius * 26.0f, period);
  float grain = unet_noise_fractal(part->salt + 2, at.x * 62.0f, at.y * 62.0f, 2);
  float patch = unet_noise_fractal(part->salt + 5, at.x * 3.0f, at.y * 3.0f, 2);
  float zone = radius < 0.66f ? 0.95f + 0.25f * patch : 0.5f + 1.1f * patch;
  float amount = step_between(-0.45f, 0.4f, 0.5f * streak + 0.8f * grain + 0.3f * (part->wear - 0.5f));
  return amount * fminf(fmaxf(zone, 0.15f), 1.0f);
}

static unet_color front_color(const unet_synth_part *part, unet_point at, float angle, float radius) {
  unet_color metal = scaled(part->metal, 1.0f - 0.2f * step_between(0.69f, 0.63f, radius));
  unet_color fleck = {0.12f, 0.14f, 0.13f};
  metal = unet_color_mix(metal, fleck, 0.85f * flecks(part, at, angle, radius));
  float lane = unet_noise_ring(part->salt + 6, angle / tau * 7.0f, radius * 6.0f, 7);
  metal = scaled(metal, 1.0f + 0.22f * lane);
  float glint = unet_noise(part->salt + 4, at.x * 80.0f, at.y * 80.0f);
  float strength = part->shine * step_between(0.35f, 0.95f, glint) * step_between(0.0f, 0.8f, lane);
  return unet_color_mix(metal, (unet_color){0.85f, 0.88f, 0.62f}, 0.6f * strength);
}

/* Smooth, drawn metal without the green coat: soft streaks around the centre; the barrel is bluish, its mouth
 * a bright thread. */
static unet_color back_color(const unet_synth_part *part, unet_point at, float angle, float radius) {
  float streak = unet_noise_ring(part->salt + 7, angle / tau * 17.0f, radius * 15.0f, 17) +
                 0.5f * unet_noise_ring(part->salt + 8, angle / tau * 48.0f, radius * 24.0f, 48);
  float cloud = unet_noise(part->salt + 9, at.x * 3.5f, at.y * 3.5f);
  unet_color bare = unet_color_mix(part->metal, (unet_color){0.58f, 0.45f, 0.34f}, 0.85f);
  unet_color plate = scaled(bare, 0.84f + 0.3f * streak + 0.15f * cloud);
  unet_color flare = scaled((unet_color){0.40f, 0.44f, 0.50f}, 0.85f + 0.3f * cloud);
  unet_color metal = unet_color_mix(plate, flare, step_between(0.57f, 0.45f, radius));
  metal = scaled(metal, 1.0f - 0.55f * step_between(0.06f, 0.0f, fabsf(radius - 0.385f)));
  float bright = step_between(0.04f, 0.015f, fabsf(radius - part->hole - 0.04f));
  float thread = 0.5f + 0.5f * cosf((radius - part->hole) * 260.0f);
  return unet_color_mix(metal, (unet_color){0.74f, 0.74f, 0.58f}, bright * (0.25f + 0.6f * thread));
}

/* The bore is dark; its rim shows a thread in cold light. */
static unet_color bore_color(const unet_synth_part *part, unet_color metal, float radius, float facing) {
  float depth = part->hole - radius;
  unet_color inside = scaled((unet_color){0.05f, 0.052f, 0.066f}, 1.0f + 0.5f * facing);
  unet_color rim = scaled((unet_color){0.34f, 0.38f, 0.44f}, 0.9f + 0.5f * facing);
  unet_color sink = {0.40f, 0.42f, 0.43f};
  if (!part->flipped) metal = unet_color_mix(metal, sink, 0.75f * step_between(0.385f, 0.36f, radius));
  float on_rim = step_between(0.035f, 0.0f, fabsf(depth + 0.022f));
  metal = unet_color_mix(metal, rim, part->flipped ? 0.0f : on_rim);
  float groove = step_between(0.014f, 0.0f, fabsf(depth + 0.002f));
  metal = unet_color_mix(metal, inside, 0.8f * groove);
  float ledge = 0.35f * step_between(0.02f, 0.0f, fabsf(depth - 0.025f)) * (0.6f + facing);
  return unet_color_mix(metal, unet_color_mix(inside, rim, ledge), step_between(-0.006f, 0.006f, depth));
}

unet_color unet_synth_metal(const unet_synth_part *part, unet_point at, unet_point slope) {
  float radius = sqrtf(at.x * at.x + at.y * at.y), angle = atan2f(at.y, at.x);
  unet_color metal =
      part->flipped ? back_color(part, at, angle, radius) : front_color(part, at, angle, radius);

  /* The lamp stands at about 55 degrees above the plane; its half vector to the camera gives the gloss. */
  float length = sqrtf(1.0f + slope.x * slope.x + slope.y * slope.y);
  float toward = -(slope.x * part->light.x + slope.y * part->light.y);
  float diffuse = fmaxf(0.82f + 0.57f * toward, 0.0f) / length / 0.82f;
  float gloss = fmaxf(0.954f + 0.299f * toward, 0.0f) / length;
  gloss = powf(gloss, part->flipped ? 30.0f : 48.0f);
  float steep = step_between(0.25f, 1.3f, sqrtf(slope.x * slope.x + slope.y * slope.y));

  metal = scaled(metal, 0.45f + 0.55f * diffuse);
  metal = unet_color_mix(metal, (unet_color){0.55f, 0.54f, 0.56f}, 0.6f * steep * (0.5f + 0.5f * diffuse));
  metal = unet_color_mix(metal, (unet_color){0.93f, 0.96f, 0.82f}, fminf(0.55f * part->shine * gloss, 0.8f));

  /* The light's direction in the part's frame tells which wall of the bore it meets. */
  unet_point light = {part->turn_x * part->light.x + part->turn_y * part->light.y,
                      part->turn_x * part->light.y - part->turn_y * part->light.x};
  float facing = radius > 0.0f ? -(light.x * at.x + light.y * at.y) / radius : 0.0f;
  return radius < 0.40f ? bore_color(part, metal, radius, facing) : metal;
}

unet_color unet_synth_torn_metal(const unet_synth_part *part, unet_point at, float brightness) {
  float facet = unet_noise(part->salt + 40, at.x * 9.0f, at.y * 9.0f);
  float grain = unet_noise_fractal(part->salt + 41, at.x * 26.0f, at.y * 26.0f, 3);
  float light = 0.62f + 0.55f * facet + 0.5f * grain;
  unet_color metal = unet_color_mix(part->metal, (unet_color){0.55f, 0.58f, 0.66f}, 0.8f);
  float glint = step_between(0.4f, 0.8f, grain);
  metal = scaled(metal, fmaxf(light, 0.18f) * brightness);
  return unet_color_mix(metal, (unet_color){0.85f, 0.85f, 0.75f}, 0.6f * glint * brightness);
}
