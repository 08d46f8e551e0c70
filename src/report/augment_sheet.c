/* The contact sheet of `unetcl augment`: one picture as the network will see it in training. */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/mask.h"
#include "data/resize.h"
#include "report/overlay.h"
#include "run/batch_sources.h"
#include "unetcl/augment.h"
#include "unetcl/graph.h"

enum { GAP = 8 };

/* The source at the network's size and with tile at its own, the device's part, and one augmented image in
 * all its forms. */
typedef struct sheet {
  const unet_augment_sheet_options *options;
  unet_device *device;
  size_t pixels;
  unet_samples sample;   /* its mask is zeros without one */
  unet_picture picture;  /* with tile */
  unet_pictures windows; /* just that picture */
  unet_batch_sources whole, tiles;
  unet_graph *graph;
  unet_value images, target;
  unet_executor *executor;
  unet_augmenter *augmenter;
  float *values, *covered; /* as the device wrote them */
  unet_image tile, canvas;
} sheet;

/* --- set-up ------------------------------------------------------------------------------------------- */

static unet_status check_mask(const sheet *s, const unet_image *image, const unet_mask *mask) {
  if (mask->width == image->width && mask->height == image->height) return UNET_OK;
  return unet_fail(
      UNET_BAD_INPUT, "%s: the image is %zu x %zu%s but its mask %s is %zu x %zu; make them one size",
      s->options->image, image->width, image->height, image->turned ? ", turned upright by its EXIF," : "",
      s->options->mask, mask->width, mask->height);
}

static unet_status read_mask(sheet *s, const unet_image *image) {
  const unet_augment_sheet_options *o = s->options;
  unet_mask mask = {0};
  if (!o->mask) return UNET_OK;
  UNET_TRY(unet_mask_read(&mask, o->mask, o->mask_threshold));
  unet_status status = check_mask(s, image, &mask);
  if (status == UNET_OK)
    status = unet_resize_mask(s->sample.masks, o->size, o->size, mask.values, mask.height, mask.width);
  for (size_t i = 0; status == UNET_OK && s->picture.mask && i < mask.width * mask.height; i++) {
    s->picture.mask[i] = mask.values[i];
    s->picture.defect_pixels += mask.values[i];
  }
  unet_mask_free(&mask);
  return status;
}

/* The picture at its own size. */
static unet_status keep_picture(sheet *s, const unet_image *image) {
  const size_t pixels = image->height * image->width, channels = s->options->channels;
  if (!s->options->tile) return UNET_OK;
  s->picture.height = image->height;
  s->picture.width = image->width;
  UNET_TRY(unet_alloc_array((void *)&s->picture.image, pixels * channels, sizeof *s->picture.image));
  UNET_TRY(unet_alloc_array((void *)&s->picture.mask, pixels, sizeof *s->picture.mask));
  return unet_image_to_planes(s->picture.image, channels, image->height, image->width, image);
}

static unet_status read_source(sheet *s) {
  const unet_augment_sheet_options *o = s->options;
  unet_image image = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_read(&image, o->image));
  UNET_TRY_GOTO(done, unet_image_to_planes(s->sample.images, o->channels, o->size, o->size, &image));
  UNET_TRY_GOTO(done, keep_picture(s, &image));
  UNET_TRY_GOTO(done, read_mask(s, &image));
done:
  unet_image_free(&image);
  return status;
}

static unet_status allocate(sheet *s) {
  const unet_augment_sheet_options *o = s->options;
  const size_t across = (size_t)ceil(sqrt((double)o->count + 1.0)), down = o->count / across + 1;
  const size_t step = o->size + GAP;
  s->sample = (unet_samples){.count = 1, .channels = o->channels, .height = o->size, .width = o->size};
  s->windows = (unet_pictures){.count = 1, .channels = o->channels, .items = &s->picture};
  UNET_TRY(unet_alloc_array((void *)&s->sample.images, o->channels * s->pixels, sizeof *s->sample.images));
  UNET_TRY(unet_alloc_array((void *)&s->sample.masks, s->pixels, sizeof *s->sample.masks));
  UNET_TRY(unet_batch_sources_make(&s->whole, &s->sample, NULL, &o->augment, 1));
  if (o->tile) UNET_TRY(unet_batch_sources_make(&s->tiles, &s->sample, &s->windows, &o->augment, 1));
  UNET_TRY(unet_alloc_array((void *)&s->values, o->channels * s->pixels, sizeof *s->values));
  UNET_TRY(unet_alloc_array((void *)&s->covered, s->pixels, sizeof *s->covered));
  UNET_TRY(unet_image_make(&s->tile, o->size, o->size, o->channels, 8));
  UNET_TRY(unet_image_make(&s->canvas, across * step + GAP, down * step + GAP, 3, 8));
  unet_canvas_box(&s->canvas, 0, 0, s->canvas.width, s->canvas.height, (unet_ink){255, 255, 255});
  return UNET_OK;
}

/* A graph of nothing but the two inputs that the augmentation fills. */
static unet_status prepare_device(sheet *s) {
  const unet_augment_sheet_options *o = s->options;
  UNET_TRY(unet_graph_create(&s->graph));
  s->images = unet_graph_input(s->graph, "images", (unet_shape){1, o->channels, o->size, o->size});
  s->target = unet_graph_input(s->graph, "target", (unet_shape){1, 1, o->size, o->size});
  UNET_TRY(unet_graph_status(s->graph));
  UNET_TRY(unet_executor_create(&s->executor, s->device, s->graph, NULL));
  const size_t room = o->tile ? s->tiles.room : s->whole.room;
  return unet_augmenter_create(&s->augmenter, s->device, 1, o->channels * room, room);
}

/* --- tiles -------------------------------------------------------------------------------------------- */

/* The augmentation of epoch `number`, as it would fall on the first image of its order; 0: the picture as it
 * is. */
static unet_status augment(sheet *s, size_t number) {
  static const unet_augment_options none = {0};
  const unet_augment_sheet_options *o = s->options;
  const unet_lot lot = {.seed = o->seed, .epoch = (uint32_t)number};
  unet_batch_sources *sources = o->tile && number ? &s->tiles : &s->whole;
  sources->augment = number ? &o->augment : &none;
  unet_batch_sources_fill(sources, 0, 0, &lot);
  const unet_source_batch batch = unet_batch_sources_get(sources, 1);
  UNET_TRY(unet_augmenter_run(s->augmenter, s->executor, s->images, s->target, &batch));
  UNET_TRY(unet_executor_read(s->executor, s->images, s->values, 1));
  return unet_executor_read(s->executor, s->target, s->covered, 1);
}

static unet_status draw_tile(sheet *s, size_t x, size_t y) {
  const size_t channels = s->options->channels;
  uint8_t *mask = NULL;
  unet_image overlay = {0};
  for (size_t i = 0; i < s->pixels * channels; i++)
    s->tile.samples[i] =
        (uint16_t)(257L * lrintf(255.0f * s->values[i % channels * s->pixels + i / channels]));
  UNET_TRY(unet_alloc_array((void *)&mask, s->pixels, sizeof *mask));
  for (size_t i = 0; i < s->pixels; i++) mask[i] = s->covered[i] > 0.5f;
  unet_status status = unet_overlay_draw(&overlay, &s->tile, NULL, mask);
  if (status == UNET_OK) unet_canvas_paste(&s->canvas, x, y, &overlay);
  unet_image_free(&overlay);
  free(mask);
  return status;
}

static unet_status draw_tiles(sheet *s) {
  const size_t step = s->options->size + GAP, across = s->canvas.width / step;
  for (size_t i = 0; i <= s->options->count; i++) {
    UNET_TRY(augment(s, i));
    UNET_TRY(draw_tile(s, GAP + i % across * step, GAP + i / across * step));
  }
  return UNET_OK;
}

/* --- the file ----------------------------------------------------------------------------------------- */

/* A folder that was made for nothing is removed again. */
static unet_status write_sheet(char **path, const sheet *s) {
  const char *folder = s->options->folder;
  char *missing = NULL, *stem = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_path_first_missing(&missing, folder));
  UNET_TRY_GOTO(done, unet_path_stem(&stem, s->options->image));
  UNET_TRY_GOTO(done, unet_format_text(path, "%s/%s_augmented.png", folder, stem));
  UNET_TRY_GOTO(done, unet_make_folders(folder));
  UNET_TRY_GOTO(done, unet_image_write_png(&s->canvas, *path));
done:
  if (status != UNET_OK) {
    unet_remove_made_folders(folder, missing);
    free(*path);
    *path = NULL;
  }
  free(stem);
  free(missing);
  return status;
}

static unet_status check(const unet_augment_sheet_options *o) {
  UNET_TRY(unet_augment_check(&o->augment));
  if (o->channels != 1 && o->channels != 3)
    return unet_fail(UNET_USAGE, "--channels %zu makes no sense; give 1 or 3", o->channels);
  if (o->size < 1 || o->size > 4096)
    return unet_fail(UNET_USAGE, "--size %zu makes no sense; give 1 to 4096", o->size);
  if (o->count >= 1 && o->count <= 1000) return UNET_OK;
  return unet_fail(UNET_USAGE, "--count %zu makes no sense; give 1 to 1000", o->count);
}

/* A sheet in the picture's own folder would be a picture without a mask there. */
static unet_status check_folder(const unet_augment_sheet_options *o) {
  struct stat of_image, of_sheet;
  char *folder = NULL;
  UNET_TRY(unet_format_text(&folder, "%.*s.", (int)(unet_path_name(o->image) - o->image), o->image));
  const bool same = stat(folder, &of_image) == 0 && stat(o->folder, &of_sheet) == 0 &&
                    of_image.st_dev == of_sheet.st_dev && of_image.st_ino == of_sheet.st_ino;
  free(folder);
  if (!same) return UNET_OK;
  return unet_fail(UNET_USAGE, "%s: the sheet would go among the pictures; choose another folder with --out",
                   o->folder);
}

static void tear_down(sheet *s) {
  unet_augmenter_destroy(s->augmenter);
  unet_executor_destroy(s->executor);
  unet_graph_destroy(s->graph);
  unet_image_free(&s->tile);
  unet_image_free(&s->canvas);
  unet_batch_sources_free(&s->whole);
  unet_batch_sources_free(&s->tiles);
  unet_samples_free(&s->sample);
  free(s->picture.image);
  free(s->picture.mask);
  free(s->values);
  free(s->covered);
}

unet_status unet_augment_sheet(char **path, unet_device *device, const unet_augment_sheet_options *options) {
  sheet s = {.options = options, .device = device, .pixels = options->size * options->size};
  char *written = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(check(options));
  UNET_TRY(check_folder(options));
  UNET_TRY_GOTO(done, allocate(&s));
  UNET_TRY_GOTO(done, read_source(&s));
  UNET_TRY_GOTO(done, prepare_device(&s));
  UNET_TRY_GOTO(done, draw_tiles(&s));
  UNET_TRY_GOTO(done, write_sheet(&written, &s));
  *path = written;
done:
  tear_down(&s);
  return status;
}
