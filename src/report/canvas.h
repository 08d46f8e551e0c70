/* Drawing on an RGB image of 8 bit: boxes, other images, and lines of text. Positions are in pixels from
 * the top left; what falls off the canvas is clipped. */
#ifndef UNETCL_REPORT_CANVAS_H
#define UNETCL_REPORT_CANVAS_H

#include <stddef.h>
#include <stdint.h>

#include "data/image.h"

typedef struct unet_ink {
  uint8_t r, g, b;
} unet_ink;

/* Height of a line of text and width of each of its letters. */
enum { UNET_LINE_HEIGHT = 18, UNET_LETTER_WIDTH = 11 };

void unet_canvas_box(unet_image *canvas, size_t x, size_t y, size_t width, size_t height, unet_ink ink);

/* Copies a grey or RGB image. */
void unet_canvas_paste(unet_image *canvas, size_t x, size_t y, const unet_image *image);

/* Writes one line with its top left at (x, y), in the font of report/font.h. */
void unet_canvas_text(unet_image *canvas, size_t x, size_t y, const char *text, unet_ink ink);

#endif
