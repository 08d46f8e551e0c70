/* Predictions as files: a mask, a map and an overlay for each image, and a table over all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "report/image_list.h"
#include "report/overlay.h"
#include "run/predictor.h"

typedef struct predicting {
  unet_predictor *predictor;
  const unet_predict_options *options;
  float threshold;
  FILE *table;
  size_t unreadable;
} predicting;

/* --- the table ---------------------------------------------------------------------------------------- */

/* Quoted as RFC 4180 asks for it. */
static void write_field(FILE *table, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    fputs(text, table);
    return;
  }
  fputc('"', table);
  for (; *text; text++) {
    if (*text == '"') fputc('"', table);
    fputc(*text, table);
  }
  fputc('"', table);
}

static void write_row(FILE *table, const unet_prediction *p) {
  write_field(table, p->image);
  fprintf(table, ",%zu,%.6f,%.6f,%s\n", p->defect_pixels, p->defect_share, p->max_probability,
          p->defect_pixels ? "defect" : "good");
}

/* --- one image ---------------------------------------------------------------------------------------- */

static unet_status write_picture(const predicting *p, const char *target, const char *ending,
                                 const unet_image *image) {
  char *path = NULL;
  UNET_TRY(unet_format_text(&path, "%s/%s_%s.png", p->options->out, target, ending));
  unet_status status = unet_image_write_png(image, path);
  free(path);
  return status;
}

/* The folder below the output folder that the target lies in. */
static unet_status make_target_folder(const predicting *p, const char *target) {
  const char *name = unet_path_name(target);
  char *folder = NULL;
  UNET_TRY(unet_format_text(&folder, "%s/%.*s", p->options->out, (int)(name - target), target));
  unet_status status = unet_make_folders(folder);
  free(folder);
  return status;
}

static unet_status write_results(const predicting *p, const char *target, const unet_image *image,
                                 const unet_image *map, unet_image *mask, const uint8_t *defect) {
  unet_image overlay = {0};
  UNET_TRY(make_target_folder(p, target));
  for (size_t i = 0; i < map->width * map->height; i++) mask->samples[i] = defect[i] ? 65535 : 0;
  UNET_TRY(write_picture(p, target, "mask", mask));
  UNET_TRY(write_picture(p, target, "prob", map));
  UNET_TRY(unet_overlay_draw(&overlay, image, defect, NULL));
  unet_status status = write_picture(p, target, "overlay", &overlay);
  unet_image_free(&overlay);
  return status;
}

static unet_prediction judge(const predicting *p, const char *path, const unet_image *map, uint8_t *defect) {
  unet_prediction result = {.image = path};
  size_t pixels = map->width * map->height;
  uint16_t most = 0;
  for (size_t i = 0; i < pixels; i++) {
    defect[i] = (uint8_t)unet_map_is_defect(map->samples[i], p->threshold);
    result.defect_pixels += defect[i];
    if (map->samples[i] > most) most = map->samples[i];
  }
  result.defect_share = (double)result.defect_pixels / (double)pixels;
  result.max_probability = (double)most / 65535.0;
  return result;
}

static unet_status predict_image(predicting *p, const unet_listed_image *listed, const unet_image *image) {
  unet_image map = {0}, mask = {0};
  uint8_t *defect = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_make(&map, image->width, image->height, 1, 16));
  UNET_TRY_GOTO(done, unet_image_make(&mask, image->width, image->height, 1, 8));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&defect, image->width * image->height, 1));
  UNET_TRY_GOTO(done, unet_predictor_image(p->predictor, image, map.samples));
  unet_prediction result = judge(p, listed->path, &map, defect);
  UNET_TRY_GOTO(done, write_results(p, listed->target, image, &map, &mask, defect));
  write_row(p->table, &result);
  if (p->options->on_image) p->options->on_image(p->options->user, &result);
done:
  free(defect);
  unet_image_free(&mask);
  unet_image_free(&map);
  return status;
}

/* --- all images --------------------------------------------------------------------------------------- */

static unet_status predict_listed(predicting *p, const unet_listed_image *listed) {
  unet_image image = {0};
  unet_status status = unet_image_read(&image, listed->path);
  if (status == UNET_BAD_INPUT) {
    p->unreadable++;
    if (p->options->on_problem) p->options->on_problem(p->options->user, unet_last_error());
    return UNET_OK;
  }
  if (status == UNET_OK) status = predict_image(p, listed, &image);
  unet_image_free(&image);
  return status;
}

static unet_status predict_all(predicting *p, const unet_image_list *list) {
  fputs("image,defect_pixels,defect_share,max_probability,verdict\n", p->table);
  for (size_t i = 0; i < list->count; i++) {
    UNET_TRY(predict_listed(p, &list->items[i]));
    if (p->options->stop && p->options->stop(p->options->user)) {
      return unet_fail(UNET_INTERRUPTED, "interrupted after %zu of %zu images; those are in %s", i + 1,
                       list->count, p->options->out);
    }
  }
  return UNET_OK;
}

/* The table is written for what was done, also when something ended the work early. */
static unet_status predict_with_table(predicting *p, const unet_image_list *list) {
  char *path = NULL;
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_path_join(&path, p->options->out, "predictions.csv"));
  unet_status status = unet_atomic_open(&file, path);
  free(path);
  UNET_TRY(status);
  p->table = unet_atomic_stream(file);
  status = predict_all(p, list);
  if (status != UNET_OK && status != UNET_INTERRUPTED) {
    unet_atomic_abandon(file);
    return status;
  }
  if (p->unreadable == list->count) {
    unet_atomic_abandon(file);
  } else if (unet_atomic_commit(file) != UNET_OK) {
    return UNET_NO_RESOURCE;
  }
  if (status != UNET_OK || p->unreadable == 0) return status;
  return unet_fail(UNET_BAD_INPUT, "%zu of %zu images could not be read; they are listed above",
                   p->unreadable, list->count);
}

unet_status unet_predict_files(unet_predictor *predictor, const char *const *inputs, size_t n_inputs,
                               const unet_predict_options *options) {
  unet_image_list list = {0};
  UNET_TRY(unet_image_list_make(&list, inputs, n_inputs));
  predicting p = {
      .predictor = predictor, .options = options, .threshold = unet_predictor_threshold(predictor)};
  bool existed = unet_path_exists(options->out);
  unet_status status = unet_make_folders(options->out);
  if (status == UNET_OK) status = predict_with_table(&p, &list);
  if (status != UNET_OK && !existed) (void)rmdir(options->out); /* goes only where it is empty */
  unet_image_list_free(&list);
  return status;
}
