#include "data/synth_render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/synth_defect.h"
#include "data/synth_noise.h"
#include "data/synth_shape.h"
#include "data/synth_surface.h"

/* Geometry of one pixel row, with a pixel to spare at both ends for the slopes: entry i is pixel i - 1. */
typedef struct geometry_row {
  float *outline, *height;
} geometry_row;

typedef struct synth_canvas {
  const unet_synth_scene *scene;
  geometry_row row[3]; /* pixel rows y - 1, y and y + 1 */
  float *memory;
  unet_image image, mask;
} synth_canvas;

static unet_point part_position(const unet_synth_scene *scene, ptrdiff_t x, ptrdiff_t y) {
  unet_point seen = unet_synth_to_part(&scene->part, (float)x + 0.5f, (float)y + 0.5f);
  return unet_synth_unfold(&scene->fold, seen);
}

static void measure_row(const geometry_row *row, const unet_synth_scene *scene, ptrdiff_t y) {
  for (size_t i = 0; i < scene->size + 2; i++) {
    unet_point at = part_position(scene, (ptrdiff_t)i - 1, y);
    row->outline[i] = unet_synth_outline(&scene->part, at);
    row->height[i] = unet_synth_height(&scene->part, at, row->outline[i]);
  }
}

/* Gradient of the height at pixel x of the middle row; rise and run both in radii. */
static unet_point slope_at(const synth_canvas *canvas, size_t x) {
  float scale = 0.5f * canvas->scene->part.radius;
  return (unet_point){(canvas->row[1].height[x + 2] - canvas->row[1].height[x]) * scale,
                      (canvas->row[2].height[x + 1] - canvas->row[0].height[x + 1]) * scale};
}

/* Prongs lie behind the plate: their share of the defect is what the plate leaves to be seen. */
static float paint_prong(unet_color *color, const unet_synth_scene *scene, unet_point at, float plate) {
  int notch = 0;
  unet_point local = unet_synth_to_notch(&scene->part, at, &notch);
  const unet_synth_prong *prong = &scene->prong[notch];
  if (!prong->shown) return 0.0f;
  /* Moving the position, not the edge, makes the sides ragged and keeps the tip sharp. */
  local.x += 0.02f * unet_noise(scene->part.salt + 45, at.x * 16.0f, at.y * 16.0f);
  local.y += 0.02f * unet_noise(scene->part.salt + 46, at.x * 16.0f, at.y * 16.0f);
  float cover = unet_synth_cover(&scene->part, unet_synth_prong_distance(prong, local));
  *color = unet_color_mix(*color, unet_synth_torn_metal(&scene->part, at, prong->brightness), cover);
  return cover * (1.0f - plate);
}

/* What moved when an arm was folded: where it is seen now, and where the straight one was. */
static float paint_fold(unet_color *color, const unet_synth_scene *scene, unet_point seen, float plate) {
  float beyond = unet_synth_beyond_fold(&scene->fold, seen);
  if (!scene->fold.shown || beyond <= 0.0f) return 0.0f;
  float crease = fmaxf(1.0f - beyond * 22.0f, 0.0f);
  float factor = 1.0f + (scene->fold.brightness - 1.0f) * plate * (1.0f - 0.5f * crease);
  *color = (unet_color){fminf(color->r * factor, 1.0f), fminf(color->g * factor, 1.0f),
                        fminf(color->b * factor, 1.0f)};
  float straight = unet_synth_cover(&scene->part, unet_synth_outline(&scene->part, seen));
  return fmaxf(plate, straight);
}

/* The colour of a pixel and, as the result, its defect's share of it. */
static float draw_pixel(unet_color *color, const synth_canvas *canvas, size_t x, size_t y) {
  const unet_synth_scene *scene = canvas->scene;
  const unet_synth_part *part = &scene->part;
  unet_point seen = unet_synth_to_part(part, (float)x + 0.5f, (float)y + 0.5f);
  unet_point at = unet_synth_unfold(&scene->fold, seen);
  float plate = unet_synth_cover(part, canvas->row[1].outline[x + 1]);
  float defect = 0.0f;
  *color = (unet_color){0};
  if (plate < 1.0f) {
    *color = unet_synth_ground(part, (float)x, (float)y);
    defect = paint_prong(color, scene, at, plate);
  }
  if (plate > 0.0f) {
    unet_color metal = unet_synth_metal(part, at, slope_at(canvas, x));
    float flaw = 0.0f;
    if (scene->stain.shown) flaw = unet_synth_paint_stain(&metal, part, &scene->stain, at);
    if (scene->scratch.shown) flaw = unet_synth_paint_scratch(&metal, part, &scene->scratch, at);
    if (part->flipped) flaw = 1.0f - unet_synth_cover(part, sqrtf(at.x * at.x + at.y * at.y) - part->hole);
    *color = unet_color_mix(*color, metal, plate);
    defect += flaw * plate;
  }
  return fmaxf(defect, paint_fold(color, scene, seen, plate));
}

static uint16_t to_sample(float value) {
  return (uint16_t)(fminf(fmaxf(value, 0.0f), 1.0f) * 65535.0f + 0.5f);
}

static void draw_row(synth_canvas *canvas, size_t y) {
  const unet_synth_scene *scene = canvas->scene;
  size_t size = scene->size;
  uint16_t *out = canvas->image.samples + y * size * 3;
  for (size_t x = 0; x < size; x++) {
    unet_color color;
    float defect = draw_pixel(&color, canvas, x, y);
    canvas->mask.samples[y * size + x] = defect >= 0.5f ? 65535 : 0;
    float u = (float)x / (float)size - 0.5f, v = (float)y / (float)size - 0.5f;
    float light = scene->part.exposure * (1.0f + scene->part.slope.x * u + scene->part.slope.y * v);
    out[3 * x] = to_sample(color.r * light);
    out[3 * x + 1] = to_sample(color.g * light);
    out[3 * x + 2] = to_sample(color.b * light);
  }
}

/* In place over `count` samples that lie `stride` apart: weights (w, 1 - 2w, w), ends repeated. */
static void blur_line(uint16_t *samples, size_t count, size_t stride, float weight) {
  float before = samples[0];
  for (size_t i = 0; i < count; i++) {
    float here = samples[i * stride];
    float after = i + 1 < count ? samples[(i + 1) * stride] : here;
    samples[i * stride] = (uint16_t)(here + weight * (before - 2.0f * here + after) + 0.5f);
    before = here;
  }
}

/* The camera: a slightly soft lens, then the sensor's grain, which differs little between the colours. */
static void expose(unet_image *image, const unet_synth_part *part) {
  size_t line = image->width * 3;
  float weight = 0.5f * part->blur * part->blur; /* variance of the three-tap filter = blur squared */
  for (size_t i = 0; i < line; i++) blur_line(image->samples + i, image->height, line, weight);
  for (size_t y = 0; y < image->height; y++) {
    uint16_t *row = image->samples + y * line;
    for (size_t c = 0; c < 3; c++) blur_line(row + c, image->width, 3, weight);
    for (size_t i = 0; i < line; i++) {
      float shared = unet_noise_point(part->salt + 50, (int32_t)(i / 3), (int32_t)y);
      float own = unet_noise_point(part->salt + 51, (int32_t)i, (int32_t)y);
      row[i] = to_sample((float)row[i] / 65535.0f + part->grain * (shared + 0.6f * own));
    }
  }
}

static unet_status make_canvas(synth_canvas *canvas, const unet_synth_scene *scene) {
  size_t width = scene->size + 2;
  UNET_TRY(unet_image_make(&canvas->image, scene->size, scene->size, 3, 8));
  UNET_TRY(unet_image_make(&canvas->mask, scene->size, scene->size, 1, 8));
  UNET_TRY(unet_alloc_array((void *)&canvas->memory, 6 * width, sizeof(float)));
  for (size_t i = 0; i < 3; i++) {
    canvas->row[i] = (geometry_row){canvas->memory + 2 * i * width, canvas->memory + (2 * i + 1) * width};
  }
  return UNET_OK;
}

static void draw(synth_canvas *canvas) {
  const unet_synth_scene *scene = canvas->scene;
  measure_row(&canvas->row[1], scene, -1);
  measure_row(&canvas->row[2], scene, 0);
  for (size_t y = 0; y < scene->size; y++) {
    geometry_row oldest = canvas->row[0];
    canvas->row[0] = canvas->row[1];
    canvas->row[1] = canvas->row[2];
    canvas->row[2] = oldest;
    measure_row(&canvas->row[2], scene, (ptrdiff_t)y + 1);
    draw_row(canvas, y);
  }
  expose(&canvas->image, &scene->part);
}

unet_status unet_synth_render(unet_image *image, unet_image *mask, const unet_synth_scene *scene) {
  synth_canvas canvas = {.scene = scene};
  unet_status status = make_canvas(&canvas, scene);
  if (status == UNET_OK) {
    draw(&canvas);
    *image = canvas.image;
    *mask = canvas.mask;
  } else {
    unet_image_free(&canvas.image);
    unet_image_free(&canvas.mask);
  }
  free(canvas.memory);
  return status;
}
