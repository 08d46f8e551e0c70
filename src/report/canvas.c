#include "report/canvas.h"

#include <math.h>
#include <string.h>

#include "report/font.h"

/* Pixels per unit of the font's grid, and half the pen's width. */
static const float unit = 1.9f, pen = 0.8f;

static void lay_ink(uint16_t sample[3], unet_ink ink, float share) {
  const uint8_t wanted[3] = {ink.r, ink.g, ink.b};
  for (size_t c = 0; c < 3; c++) {
    float base = (float)(sample[c] >> 8);
    sample[c] = (uint16_t)(257 * lroundf(base + ((float)wanted[c] - base) * share));
  }
}

void unet_canvas_box(unet_image *canvas, size_t x, size_t y, size_t width, size_t height, unet_ink ink) {
  for (size_t row = y; row < y + height && row < canvas->height; row++) {
    for (size_t column = x; column < x + width && column < canvas->width; column++) {
      lay_ink(canvas->samples + 3 * (row * canvas->width + column), ink, 1.0f);
    }
  }
}

void unet_canvas_paste(unet_image *canvas, size_t x, size_t y, const unet_image *image) {
  for (size_t row = 0; row < image->height && y + row < canvas->height; row++) {
    for (size_t column = 0; column < image->width && x + column < canvas->width; column++) {
      const uint16_t *from = image->samples + (row * image->width + column) * image->channels;
      uint16_t *to = canvas->samples + 3 * ((y + row) * canvas->width + x + column);
      for (size_t c = 0; c < 3; c++) to[c] = from[image->channels == 3 ? c : 0];
    }
  }
}

/* Distance from a point to the segment from a to b, all (x, y) in pixels. */
static float segment_distance(const float at[2], const float a[2], const float b[2]) {
  float edge[2] = {b[0] - a[0], b[1] - a[1]}, to[2] = {at[0] - a[0], at[1] - a[1]};
  float length = edge[0] * edge[0] + edge[1] * edge[1];
  float along = length > 0.0f ? (to[0] * edge[0] + to[1] * edge[1]) / length : 0.0f;
  along = fminf(fmaxf(along, 0.0f), 1.0f);
  float dx = to[0] - along * edge[0], dy = to[1] - along * edge[1];
  return sqrtf(dx * dx + dy * dy);
}

/* Distance from a point of the letter's box, in pixels, to the letter's nearest stroke. */
static float letter_distance(const char *strokes, const float at[2]) {
  float nearest = INFINITY, last[2] = {0, 0};
  int joined = 0;
  for (const char *point = strokes; *point;) {
    if (*point == ' ') {
      joined = 0;
      point++;
      continue;
    }
    float here[2] = {(float)(point[0] - '0') * unit + 1.5f, (float)(point[1] - '0') * unit + 1.5f};
    nearest = fminf(nearest, segment_distance(at, joined ? last : here, here));
    memcpy(last, here, sizeof last);
    joined = 1;
    point += 2;
  }
  return nearest;
}

static void draw_letter(unet_image *canvas, size_t x, size_t y, const char *strokes, unet_ink ink) {
  for (size_t row = 0; row < UNET_LINE_HEIGHT && y + row < canvas->height; row++) {
    for (size_t column = 0; column < UNET_LETTER_WIDTH && x + column < canvas->width; column++) {
      const float at[2] = {(float)column + 0.5f, (float)row + 0.5f};
      float cover = fminf(fmaxf(pen + 0.5f - letter_distance(strokes, at), 0.0f), 1.0f);
      lay_ink(canvas->samples + 3 * ((y + row) * canvas->width + x + column), ink, cover);
    }
  }
}

void unet_canvas_text(unet_image *canvas, size_t x, size_t y, const char *text, unet_ink ink) {
  for (; *text; text++, x += UNET_LETTER_WIDTH) {
    draw_letter(canvas, x, y, unet_font_strokes(*text), ink);
  }
}
