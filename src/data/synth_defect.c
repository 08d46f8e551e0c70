#include "data/synth_defect.h"

#include <math.h>

#include "data/synth_noise.h"
#include "data/synth_surface.h"

/* Paint and tools do not reach down the countersink. */
static const float sink_edge = 0.375f;

float unet_synth_cover(const unet_synth_part *part, float distance) {
  return fminf(fmaxf(0.5f - distance * part->radius, 0.0f), 1.0f);
}

/* Position in a frame with this origin and x axis. */
static unet_point to_frame(unet_point at, unet_point origin, unet_point axis) {
  unet_point to = {at.x - origin.x, at.y - origin.y};
  return (unet_point){axis.x * to.x + axis.y * to.y, axis.x * to.y - axis.y * to.x};
}

static float sink_distance(unet_point at) { return sink_edge - sqrtf(at.x * at.x + at.y * at.y); }

/* A blot with a ragged edge; thin where the texture below is rough. */
float unet_synth_paint_stain(unet_color *color, const unet_synth_part *part, const unet_synth_stain *stain,
                             unet_point at) {
  unet_point in = to_frame(at, stain->centre, stain->axis);
  float far = 3.0f * stain->radius;
  if (in.x * in.x + in.y * in.y > far * far) return 0.0f;
  float round = sqrtf(in.x * in.x / stain->stretch + in.y * in.y * stain->stretch);
  float frequency = 0.9f / stain->radius;
  float ragged = unet_noise_fractal(stain->salt, in.x * frequency, in.y * frequency, 4);
  float distance = round - stain->radius * (1.0f + 0.75f * ragged);
  float cover = unet_synth_cover(part, fmaxf(distance, sink_distance(at)));
  float thick = 0.9f + 0.25f * unet_noise(stain->salt + 9, at.x * 30.0f, at.y * 30.0f);
  *color = unet_color_mix(*color, stain->color, cover * fminf(stain->opacity * thick, 0.97f));
  return cover;
}

/* The scraped patch under the strokes: the rough face rubbed smooth along the strokes. */
static float paint_bed(unet_color *color, const unet_synth_part *part, const unet_synth_scratch *scratch,
                       unet_point in, float limit) {
  if (scratch->bed_half_width <= 0.0f) return 0.0f;
  float u = in.x / scratch->bed_half_length, v = in.y / scratch->bed_half_width;
  float ragged = 0.3f * unet_noise_fractal(scratch->salt, in.x * 14.0f, in.y * 40.0f, 2);
  float distance = (sqrtf(u * u + v * v) - 1.0f + ragged) * scratch->bed_half_width;
  float cover = unet_synth_cover(part, fmaxf(distance, limit));
  float rub = 1.0f + 0.35f * unet_noise(scratch->salt + 5, in.x * 7.0f, in.y * 90.0f);
  unet_color rubbed = {0.40f * rub, 0.41f * rub, 0.40f * rub};
  *color = unet_color_mix(*color, rubbed, 0.75f * cover);
  return cover;
}

/* Signed distance to stroke i, which thins out towards its ends. */
static float stroke_distance(const unet_synth_scratch *scratch, size_t i, unet_point in) {
  float start = scratch->stroke[i].start, end = scratch->stroke[i].end;
  float beyond = fmaxf(start - in.x, in.x - end);
  float taper = fminf(-beyond * 12.0f, 1.0f);
  float waver = 1.0f + 0.35f * unet_noise(scratch->salt + 20 + (uint32_t)i, in.x * 25.0f, 0.0f);
  float half_width = scratch->stroke[i].half_width * waver * (0.45f + 0.55f * taper);
  return fmaxf(fabsf(in.y - scratch->stroke[i].side) - half_width, beyond);
}

float unet_synth_paint_scratch(unet_color *color, const unet_synth_part *part,
                               const unet_synth_scratch *scratch, unet_point at) {
  unet_point in = to_frame(at, scratch->centre, scratch->along);
  if (fabsf(in.x) > 0.45f || fabsf(in.y) > 0.3f) return 0.0f;
  in.y -= scratch->bend * in.x * in.x;
  float limit = sink_distance(at);
  float covered = paint_bed(color, part, scratch, in, limit);
  for (size_t i = 0; i < scratch->count; i++) {
    float cover = unet_synth_cover(part, fmaxf(stroke_distance(scratch, i, in), limit));
    float value = scratch->stroke[i].brightness;
    *color = unet_color_mix(*color, (unet_color){value, value, 0.96f * value}, 0.85f * cover);
    covered = fmaxf(covered, cover);
  }
  return covered;
}
