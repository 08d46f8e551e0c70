#include "data/synth_shape.h"

#include <math.h>

#include "data/synth_noise.h"

/* A sector of 90 degrees belongs to each notch, from -61 to 29 degrees about its axis: the notch lies
 * wholly in its own sector. */
static const float quarter = 1.57079632679f, sector_middle = -0.28f;

static float dot(unet_point a, unet_point b) { return a.x * b.x + a.y * b.y; }

static float clamp(float value, float low, float high) { return fminf(fmaxf(value, low), high); }

/* Minimum with the corner rounded over a width of k (polynomial blend); negate all for a maximum. */
static float smooth_min(float a, float b, float k) {
  float h = fmaxf(k - fabsf(a - b), 0.0f) / k;
  return fminf(a, b) - h * h * k * 0.25f;
}

unet_point unet_synth_to_part(const unet_synth_part *part, float pixel_x, float pixel_y) {
  float x = (pixel_x - part->centre.x) / part->radius;
  float y = (pixel_y - part->centre.y) / part->radius;
  return (unet_point){part->turn_x * x + part->turn_y * y, part->turn_x * y - part->turn_y * x};
}

float unet_synth_beyond_fold(const unet_synth_fold *fold, unet_point at) {
  return dot(at, fold->outward) - fold->distance;
}

unet_point unet_synth_unfold(const unet_synth_fold *fold, unet_point seen) {
  float beyond = fold->shown ? unet_synth_beyond_fold(fold, seen) : 0.0f;
  if (beyond <= 0.0f) return seen;
  float further = beyond / fold->shortening - beyond;
  float aside = fold->shear * beyond;
  return (unet_point){seen.x + further * fold->outward.x - aside * fold->outward.y,
                      seen.y + further * fold->outward.y + aside * fold->outward.x};
}

unet_point unet_synth_to_notch(const unet_synth_part *part, unet_point at, int *notch) {
  if (part->flipped) at.y = -at.y;
  int number = (int)floorf((atan2f(at.y, at.x) - sector_middle) / quarter + 0.5f);
  *notch = ((number % UNET_SYNTH_ARMS) + UNET_SYNTH_ARMS) % UNET_SYNTH_ARMS;
  switch (*notch) { /* turned back by whole quarters, which is exact */
    case 1:
      return (unet_point){at.y, -at.x};
    case 2:
      return (unet_point){-at.x, -at.y};
    case 3:
      return (unet_point){-at.y, at.x};
    default:
      return at;
  }
}

/* The notch is cut by a long flat, nearly along the edge, and a short wall, nearly along the radius. */
float unet_synth_outline(const unet_synth_part *part, unet_point at) {
  static const unet_point flat = {0.9956f, 0.0937f}, wall = {0.37f, -0.929f};
  int notch = 0;
  unet_point local = unet_synth_to_notch(part, at, &notch);
  float plate = sqrtf(dot(at, at)) - 1.0f;
  unet_point from_apex = {local.x - part->notch[notch], local.y};
  float cut = smooth_min(dot(from_apex, flat), dot(from_apex, wall), 0.10f);
  return -smooth_min(-plate, -cut, 0.03f);
}

/* A bump of a turned ring at this radius, strong on one side of the part and faint on the other. */
static float ring_bump(const unet_synth_part *part, unet_point at, float radius, float width, uint32_t salt) {
  unet_point off = {at.x - part->ring.x, at.y - part->ring.y};
  float t = (sqrtf(dot(off, off)) - radius) / width;
  if (t * t > 9.0f) return 0.0f;
  return expf(-t * t) * (0.6f + 0.5f * unet_noise(part->salt + salt, at.x * 1.5f, at.y * 1.5f));
}

static float front_height(const unet_synth_part *part, unet_point at, float radius) {
  float height =
      0.008f * ring_bump(part, at, 0.62f, 0.016f, 11) + 0.014f * ring_bump(part, at, 0.70f, 0.022f, 12) +
      0.007f * ring_bump(part, at, 0.775f, 0.013f, 13) + 0.005f * ring_bump(part, at, 0.83f, 0.010f, 14);
  float arm = fmaxf(radius - 0.70f, 0.0f);
  float sink = clamp((0.375f - radius) / 0.08f, 0.0f, 1.0f);
  return height - 0.55f * arm * arm - 0.055f * sink * sink;
}

/* The other side bears the barrel: a tube that flares into the plate. */
static float back_height(const unet_synth_part *part, float radius) {
  float flare = clamp((0.62f - radius) / 0.24f, 0.0f, 1.0f);
  float tube = clamp((part->hole + 0.05f - radius) / 0.05f, 0.0f, 1.0f);
  float arm = fmaxf(radius - 0.72f, 0.0f);
  return 0.10f * flare * flare - 0.05f * tube * tube + 0.35f * arm * arm;
}

float unet_synth_height(const unet_synth_part *part, unet_point at, float outline) {
  float radius = sqrtf(dot(at, at));
  float edge = 1.0f - clamp(-outline / 0.07f, 0.0f, 1.0f);
  float rounded = -0.045f * edge * edge;
  return rounded + (part->flipped ? back_height(part, radius) : front_height(part, at, radius));
}

float unet_synth_prong_distance(const unet_synth_prong *prong, unet_point at) {
  float nearest = INFINITY, side = INFINITY;
  for (int i = 0; i < 3; i++) {
    unet_point a = prong->corner[i], b = prong->corner[(i + 1) % 3];
    unet_point edge = {b.x - a.x, b.y - a.y}, to = {at.x - a.x, at.y - a.y};
    float along = clamp(dot(to, edge) / dot(edge, edge), 0.0f, 1.0f);
    unet_point gap = {to.x - along * edge.x, to.y - along * edge.y};
    nearest = fminf(nearest, dot(gap, gap));
    side = fminf(side, edge.y * to.x - edge.x * to.y);
  }
  return side > 0.0f ? -sqrtf(nearest) : sqrtf(nearest);
}
