#include "data/synth_scene.h"

#include <math.h>

#include "base/rng.h"
#include "data/synth_shape.h"

static const float tau = 6.28318530718f;

static unet_point direction(float angle) { return (unet_point){cosf(angle), sinf(angle)}; }

static unet_color jitter(unet_rng *rng, unet_color base, float amount) {
  float all = unet_rng_range(rng, 1.0f - amount, 1.0f + amount);
  return (unet_color){base.r * all * unet_rng_range(rng, 0.96f, 1.04f),
                      base.g * all * unet_rng_range(rng, 0.97f, 1.03f),
                      base.b * all * unet_rng_range(rng, 0.95f, 1.05f)};
}

static void draw_part(unet_synth_part *part, size_t size, unet_rng *rng) {
  float side = (float)size;
  part->radius = side * unet_rng_range(rng, 0.395f, 0.445f);
  part->centre.x = side * (0.5f + unet_rng_range(rng, -0.035f, 0.035f));
  part->centre.y = side * (0.5f + unet_rng_range(rng, -0.035f, 0.035f));
  unet_point turn = direction(unet_rng_range(rng, 0.0f, tau));
  part->turn_x = turn.x;
  part->turn_y = turn.y;
  for (int arm = 0; arm < UNET_SYNTH_ARMS; arm++) part->notch[arm] = unet_rng_range(rng, 0.715f, 0.75f);
  part->hole = unet_rng_range(rng, 0.26f, 0.28f);
  part->ring.x = unet_rng_range(rng, -0.02f, 0.02f);
  part->ring.y = unet_rng_range(rng, -0.02f, 0.02f);
  part->light = direction(unet_rng_range(rng, 0.0f, tau));
  part->slope.x = unet_rng_range(rng, -0.12f, 0.12f);
  part->slope.y = unet_rng_range(rng, -0.12f, 0.12f);
  part->exposure = unet_rng_range(rng, 0.88f, 1.14f);
  part->wear = unet_rng_range(rng, 0.0f, 1.0f);
  part->shine = unet_rng_range(rng, 0.6f, 1.25f);
  part->blur = unet_rng_range(rng, 0.45f, 0.75f);
  part->grain = unet_rng_range(rng, 0.006f, 0.014f);
  part->metal = jitter(rng, (unet_color){0.43f, 0.50f, 0.43f}, 0.07f);
  part->ground = jitter(rng, (unet_color){0.085f, 0.085f, 0.108f}, 0.15f);
  part->salt = unet_rng_u32(rng);
}

/* A tongue that starts at the notch's wall and points along the outer edge. */
static void draw_prong(unet_synth_prong *prong, unet_rng *rng, float reach) {
  prong->shown = true;
  prong->corner[0] = (unet_point){unet_rng_range(rng, 0.70f, 0.76f), unet_rng_range(rng, -0.03f, 0.05f)};
  prong->corner[1] = (unet_point){unet_rng_range(rng, 0.98f, 1.05f), unet_rng_range(rng, 0.08f, 0.15f)};
  prong->corner[2] = (unet_point){unet_rng_range(rng, 0.88f, 1.0f), -reach};
  prong->brightness = unet_rng_range(rng, 0.8f, 1.35f);
}

static void draw_fold(unet_synth_fold *fold, unet_rng *rng) {
  fold->shown = true;
  float arm = (float)unet_rng_below(rng, UNET_SYNTH_ARMS);
  fold->outward = direction(UNET_SYNTH_ARM_ANGLE + arm * tau / 4.0f + unet_rng_range(rng, -0.2f, 0.2f));
  fold->distance = unet_rng_range(rng, 0.70f, 0.82f);
  fold->shortening = unet_rng_range(rng, 0.6f, 0.82f);
  fold->shear = unet_rng_range(rng, -0.25f, 0.25f);
  bool up = unet_rng_float(rng) < 0.5f;
  fold->brightness = up ? unet_rng_range(rng, 1.6f, 2.0f) : unet_rng_range(rng, 0.25f, 0.4f);
}

static void draw_bent(unet_synth_scene *scene, unet_rng *rng) {
  if (unet_rng_float(rng) < 0.45f) {
    draw_fold(&scene->fold, rng);
    return;
  }
  size_t first = unet_rng_below(rng, UNET_SYNTH_ARMS);
  size_t count = 1 + unet_rng_below(rng, 2);
  for (size_t i = 0; i < count; i++) {
    size_t notch = (first + i) % UNET_SYNTH_ARMS;
    draw_prong(&scene->prong[notch], rng, unet_rng_range(rng, 0.35f, 0.7f));
  }
}

/* A point of the top face with some room around it. */
static unet_point draw_place(const unet_synth_part *part, unet_rng *rng, float room) {
  unet_point place = {0.55f, 0.0f};
  for (int attempt = 0; attempt < 64; attempt++) {
    float radius = unet_rng_range(rng, 0.40f + room, 0.97f - room);
    unet_point way = direction(unet_rng_range(rng, 0.0f, tau));
    unet_point tried = {way.x * radius, way.y * radius};
    if (unet_synth_outline(part, tried) < -room) return tried;
  }
  return place;
}

static void draw_stain(unet_synth_scene *scene, unet_rng *rng) {
  static const unet_color inks[] = {{0.06f, 0.08f, 0.42f},
                                    {0.62f, 0.10f, 0.08f},
                                    {0.46f, 0.20f, 0.06f},
                                    {0.72f, 0.58f, 0.08f},
                                    {0.05f, 0.30f, 0.55f}};
  unet_synth_stain *stain = &scene->stain;
  stain->shown = true;
  stain->radius = unet_rng_range(rng, 0.10f, 0.20f);
  stain->centre = draw_place(&scene->part, rng, 0.6f * stain->radius);
  stain->axis = direction(unet_rng_range(rng, 0.0f, tau));
  stain->stretch = unet_rng_range(rng, 1.0f, 1.8f);
  stain->color = jitter(rng, inks[unet_rng_below(rng, sizeof inks / sizeof *inks)], 0.15f);
  stain->opacity = unet_rng_range(rng, 0.85f, 1.0f);
  stain->salt = unet_rng_u32(rng);
}

/* A bundle of nearly parallel strokes, as a tool leaves them that slips. */
static void draw_scratch(unet_synth_scene *scene, unet_rng *rng) {
  unet_synth_scratch *scratch = &scene->scratch;
  scratch->shown = true;
  scratch->centre = draw_place(&scene->part, rng, 0.06f);
  scratch->along = direction(unet_rng_range(rng, 0.0f, tau));
  scratch->bend = unet_rng_range(rng, -0.5f, 0.5f);
  scratch->count = 3 + unet_rng_below(rng, UNET_SYNTH_STROKES - 2);
  scratch->salt = unet_rng_u32(rng);
  float half = unet_rng_range(rng, 0.14f, 0.36f);
  float spread = unet_rng_range(rng, 0.03f, 0.10f);
  bool bright = unet_rng_float(rng) < 0.8f;
  float finest = 0.8f / scene->part.radius; /* thinner strokes would fall between the pixels */
  for (size_t i = 0; i < scratch->count; i++) {
    scratch->stroke[i].start = -half * unet_rng_range(rng, 0.5f, 1.1f);
    scratch->stroke[i].end = half * unet_rng_range(rng, 0.5f, 1.1f);
    scratch->stroke[i].side = unet_rng_range(rng, -spread, spread);
    scratch->stroke[i].half_width = fmaxf(finest, unet_rng_range(rng, 0.010f, 0.022f));
    scratch->stroke[i].brightness =
        bright ? unet_rng_range(rng, 0.75f, 0.95f) : unet_rng_range(rng, 0.05f, 0.16f);
  }
  if (unet_rng_float(rng) < 0.85f) {
    scratch->bed_half_width = spread * 1.15f;
    scratch->bed_half_length = half;
  }
}

void unet_synth_draw(unet_synth_scene *scene, size_t size, uint64_t seed, uint32_t index,
                     unet_synth_kind kind) {
  unet_rng rng;
  unet_rng_start(&rng, seed, UNET_STREAM_SYNTH, index);
  *scene = (unet_synth_scene){.size = size};
  draw_part(&scene->part, size, &rng);
  switch (kind) {
    case UNET_SYNTH_BENT:
      draw_bent(scene, &rng);
      break;
    case UNET_SYNTH_COLOR:
      draw_stain(scene, &rng);
      break;
    case UNET_SYNTH_FLIP:
      scene->part.flipped = true;
      for (int i = 0; i < UNET_SYNTH_ARMS; i++) {
        draw_prong(&scene->prong[i], &rng, unet_rng_range(&rng, 0.02f, 0.12f));
      }
      break;
    case UNET_SYNTH_SCRATCH:
      draw_scratch(scene, &rng);
      break;
    case UNET_SYNTH_GOOD:
      break;
  }
}
