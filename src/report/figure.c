#include "report/figure.h"

#include <stdio.h>
#include <string.h>

#include "data/image.h"
#include "report/canvas.h"
#include "report/figure_tile.h"
#include "report/overlay.h"

/* In pixels; the gutter holds the longest row name, "prediction". */
static const size_t margin = 24, gap = 10, gutter = 126, line = UNET_LINE_HEIGHT, letter = UNET_LETTER_WIDTH;
static const size_t grid_columns = 4;

static const unet_ink paper = {250, 250, 251}, ink = {38, 42, 50}, faint_ink = {104, 110, 122};

/* The largest tile of the shown items: every cell has room for it. */
static void cell_size(size_t *width, size_t *height, const unet_figure_item *items, size_t count) {
  *width = *height = 0;
  for (size_t i = 0; i < count; i++) {
    size_t w = 0, h = 0;
    unet_tile_size(&w, &h, &items[i]);
    if (w > *width) *width = w;
    if (h > *height) *height = h;
  }
}

static unet_status make_paper(unet_image *page, size_t width, size_t height) {
  UNET_TRY(unet_image_make(page, width, height, 3, 8));
  unet_canvas_box(page, 0, 0, width, height, paper);
  return UNET_OK;
}

/* One line in the middle of a cell; of a text that is too long, the end, which tells files apart. */
static void write_caption(unet_image *page, size_t x, size_t y, size_t cell, const char *text,
                          unet_ink color) {
  size_t room = cell / letter, length = strlen(text);
  if (length > room) {
    text += length - room;
    length = room;
  }
  unet_canvas_text(page, x + (cell - length * letter) / 2, y, text, color);
}

static void write_dice(unet_image *page, size_t x, size_t y, size_t cell, double dice) {
  char text[64];
  if (!(dice >= 0.0)) return;
  (void)snprintf(text, sizeof text, "dice %.2f", dice);
  write_caption(page, x, y, cell, text, faint_ink);
}

static unet_status write_page(const char *path, unet_image *page, unet_status status) {
  if (status == UNET_OK) status = unet_image_write_png(page, path);
  unet_image_free(page);
  return status;
}

/* The column of one item, its left edge at x. */
static unet_status draw_column(unet_image *page, size_t x, size_t width, size_t height,
                               const unet_figure_item *item) {
  unet_tile tile = {0};
  UNET_TRY(unet_tile_make(&tile, item));
  const unet_image *rows[3] = {&tile.image, &tile.prediction, &tile.mask};
  size_t y = margin;
  if (item->name) write_caption(page, x, y, width, item->name, ink);
  y += line + gap;
  for (size_t row = 0; row < 3; row++) {
    unet_canvas_paste(page, x + (width - rows[row]->width) / 2, y + (height - rows[row]->height) / 2,
                      rows[row]);
    y += height + gap;
  }
  write_dice(page, x, y, width, item->dice);
  unet_tile_free(&tile);
  return UNET_OK;
}

static unet_status draw_comparison(unet_image *page, const unet_figure_item *items, size_t count) {
  static const char *const row_name[3] = {"image", "prediction", "mask"};
  size_t width = 0, height = 0;
  cell_size(&width, &height, items, count);
  size_t lines = 2 * (line + gap);
  UNET_TRY(make_paper(page, margin + gutter + count * (width + gap) - gap + margin,
                      2 * margin + lines + 3 * (height + gap) - gap));
  for (size_t row = 0; row < 3; row++) {
    size_t middle = margin + line + gap + row * (height + gap) + height / 2;
    unet_canvas_text(page, margin, middle - line / 2, row_name[row], ink);
  }
  for (size_t i = 0; i < count; i++) {
    UNET_TRY(draw_column(page, margin + gutter + i * (width + gap), width, height, &items[i]));
  }
  return UNET_OK;
}

unet_status unet_figure_comparison(const char *path, const unet_figure_item *items, size_t count) {
  unet_image page = {0};
  if (count > UNET_FIGURE_COLUMNS) count = UNET_FIGURE_COLUMNS;
  return write_page(path, &page, draw_comparison(&page, items, count));
}

static unet_status draw_tile(unet_image *page, size_t x, size_t y, size_t width, size_t height,
                             const unet_figure_item *item) {
  unet_tile tile = {0};
  unet_image drawn = {0};
  UNET_TRY(unet_tile_make(&tile, item));
  unet_status status = unet_overlay_draw(&drawn, &tile.image, tile.predicted, tile.truth);
  if (status == UNET_OK) {
    unet_canvas_paste(page, x + (width - drawn.width) / 2, y + (height - drawn.height) / 2, &drawn);
    y += height + gap / 2;
    if (item->name) write_caption(page, x, y, width, item->name, ink);
    write_dice(page, x, y + line, width, item->dice);
  }
  unet_image_free(&drawn);
  unet_tile_free(&tile);
  return status;
}

/* What the two colours mean. */
static void draw_legend(unet_image *page, size_t x, size_t y, int with_truth) {
  const size_t swatch = line - 6;
  unet_canvas_box(page, x, y + 1, swatch, swatch, unet_predicted_ink);
  unet_canvas_text(page, x + swatch + 8, y, "predicted", ink);
  if (!with_truth) return;
  x += swatch + 8 + 9 * letter + 2 * gap;
  unet_canvas_box(page, x, y + 1, swatch, swatch, unet_true_ink);
  unet_canvas_text(page, x + swatch + 8, y, "true", ink);
}

static unet_status draw_grid(unet_image *page, const unet_figure_item *items, size_t count) {
  size_t columns = count < grid_columns ? count : grid_columns, rows = (count + columns - 1) / columns;
  size_t width = 0, height = 0;
  cell_size(&width, &height, items, count);
  if (width < UNET_TILE_SIDE) width = UNET_TILE_SIDE; /* room for captions and legend */
  size_t row_height = height + gap / 2 + 2 * line + gap;
  UNET_TRY(
      make_paper(page, 2 * margin + columns * (width + gap) - gap, 2 * margin + rows * row_height + line));
  int with_truth = 0;
  for (size_t i = 0; i < count; i++) {
    size_t x = margin + i % columns * (width + gap), y = margin + i / columns * row_height;
    UNET_TRY(draw_tile(page, x, y, width, height, &items[i]));
    if (items[i].truth) with_truth = 1;
  }
  draw_legend(page, margin, margin + rows * row_height, with_truth);
  return UNET_OK;
}

unet_status unet_figure_overlay(const char *path, const unet_figure_item *items, size_t count) {
  unet_image page = {0};
  if (count > UNET_FIGURE_TILES) count = UNET_FIGURE_TILES;
  return write_page(path, &page, draw_grid(&page, items, count));
}
