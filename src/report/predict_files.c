/* Predictions as files: a mask, a map and an overlay for each image, and tables and a report over all. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "data/problems.h"
#include "metrics/image_score.h"
#include "model/model.h"
#include "report/image_list.h"
#include "report/overlay.h"
#include "report/prediction_tables.h"
#include "report/report_scores.h"
#include "report/report_settings.h"
#include "run/predictor.h"

enum { MASK, MAP, OVERLAY, ENDINGS };
static const char *const endings[ENDINGS] = {"mask", "prob", "overlay"};

typedef struct predicting {
  unet_predictor *predictor;
  const unet_predict_options *options;
  unet_prediction_tables tables;
  unet_report *report;
  unet_problems problems;
} predicting;

/* --- one image ---------------------------------------------------------------------------------------- */

/* One image with what was found in it, at its own size. */
typedef struct predicted_image {
  const predicting *work;
  const unet_listed_image *listed;
  const unet_image *image;
  unet_image map, mask;
  uint8_t *defect; /* 1 where it is */
} predicted_image;

static unet_status write_picture(const predicted_image *p, size_t ending, const unet_image *picture) {
  char *path = NULL;
  UNET_TRY(
      unet_format_text(&path, "%s/%s_%s.png", p->work->options->out, p->listed->target, endings[ending]));
  unet_status status = unet_image_write_png(picture, path);
  free(path);
  return status;
}

/* Compressing takes longer than predicting, so each picture has a core of its own. */
static unet_status write_one(void *user, size_t ending) {
  const predicted_image *p = user;
  if (ending == MASK) return write_picture(p, ending, &p->mask);
  if (ending == MAP) return write_picture(p, ending, &p->map);
  unet_image overlay = {0};
  UNET_TRY(unet_overlay_draw(&overlay, p->image, p->defect, NULL));
  unet_status status = write_picture(p, ending, &overlay);
  unet_image_free(&overlay);
  return status;
}

/* The folder is made with its first picture. */
static unet_status write_results(predicted_image *p) {
  const char *target = p->listed->target, *name = unet_path_name(target);
  char *folder = NULL, *missing = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done,
                unet_format_text(&folder, "%s/%.*s", p->work->options->out, (int)(name - target), target));
  UNET_TRY_GOTO(done, unet_path_first_missing(&missing, folder));
  UNET_TRY_GOTO(done, unet_make_folders(folder));
  UNET_TRY_GOTO(done, unet_parallel_for(ENDINGS, write_one, p));
done:
  if (status != UNET_OK && folder) unet_remove_made_folders(folder, missing);
  free(folder);
  free(missing);
  return status;
}

/* Fills the mask from the map, and *result. */
static unet_status judge(predicted_image *p, unet_prediction *result) {
  const size_t pixels = p->map.width * p->map.height;
  uint16_t most = 0;
  UNET_TRY(unet_predictor_judge(p->work->predictor, p->map.samples, p->map.height, p->map.width, p->defect,
                                &result->regions));
  for (size_t i = 0; i < pixels; i++) {
    p->mask.samples[i] = p->defect[i] ? 65535 : 0;
    result->defect_pixels += p->defect[i];
    if (p->map.samples[i] > most) most = p->map.samples[i];
  }
  result->defect_share = (double)result->defect_pixels / (double)pixels;
  result->max_probability = (double)most / 65535.0;
  result->verdict = result->regions.count ? "NG" : "OK";
  return unet_image_score(&result->score, p->map.samples, p->map.height, p->map.width);
}

static unet_status add_to_report(const predicted_image *p, const unet_prediction *result) {
  const unet_report_image image = {
      .name = result->image, .picture = p->image, .map = p->map.samples, .score = result->score};
  return unet_report_add_image(p->work->report, &image);
}

static unet_status predict_image(predicting *work, const unet_listed_image *listed, const unet_image *image) {
  predicted_image p = {.work = work, .listed = listed, .image = image};
  unet_prediction result = {.image = listed->path};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_image_make(&p.map, image->width, image->height, 1, 16));
  UNET_TRY_GOTO(done, unet_image_make(&p.mask, image->width, image->height, 1, 8));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&p.defect, image->width * image->height, 1));
  UNET_TRY_GOTO(done, unet_predictor_image(work->predictor, image, p.map.samples));
  UNET_TRY_GOTO(done, judge(&p, &result));
  UNET_TRY_GOTO(done, write_results(&p));
  UNET_TRY_GOTO(done, add_to_report(&p, &result));
  UNET_TRY_GOTO(done, unet_prediction_tables_add(&work->tables, &result));
  if (work->options->on_image) work->options->on_image(work->options->user, &result);
done:
  unet_regions_free(&result.regions);
  free(p.defect);
  unet_image_free(&p.mask);
  unet_image_free(&p.map);
  return status;
}

/* --- all images --------------------------------------------------------------------------------------- */

static void tell_problem(const predicting *p, const char *line) {
  if (p->options->on_problem) p->options->on_problem(p->options->user, line);
}

static void tell_skipped(const predicting *p, size_t count, const char *what) {
  char line[128];
  if (count == 0 || !p->options->on_note) return;
  (void)snprintf(line, sizeof line, "%zu folder%s of %s skipped; name %s to mark what is in there", count,
                 count == 1 ? "" : "s", what, count == 1 ? "it" : "them");
  p->options->on_note(p->options->user, line);
}

static unet_status predict_listed(predicting *p, const unet_listed_image *listed) {
  unet_image image = {0};
  size_t before = p->problems.count;
  UNET_TRY(unet_problems_take(&p->problems, unet_image_read(&image, listed->path)));
  if (p->problems.count > before) {
    tell_problem(p, p->problems.lines[before]);
    return UNET_OK;
  }
  unet_status status = predict_image(p, listed, &image);
  unet_image_free(&image);
  return status;
}

static unet_status predict_all(predicting *p, const unet_image_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    if (p->options->stop && p->options->stop(p->options->user)) {
      return unet_fail(UNET_INTERRUPTED, "interrupted after %zu of %zu images; start again for the others", i,
                       list->count);
    }
    UNET_TRY(predict_listed(p, &list->items[i]));
  }
  return UNET_OK;
}

static unet_status sum_up(const predicting *p) {
  if (p->problems.count == 0) return UNET_OK;
  const char *many = p->problems.count == 1 ? "" : "s";
  if (!p->options->on_problem) {
    return unet_fail(UNET_BAD_INPUT, "%zu picture%s could not be read, the first: %s", p->problems.count,
                     many, p->problems.lines[0]);
  }
  return unet_fail(UNET_BAD_INPUT, "%zu picture%s could not be read, as told above; put right and try again",
                   p->problems.count, many);
}

/* Tables and report are written for what was done, however it ended. */
static unet_status predict_with_tables(predicting *p, const unet_image_list *list) {
  UNET_TRY(unet_prediction_tables_open(&p->tables, p->options->out, unet_predictor_threshold(p->predictor),
                                       unet_predictor_min_area(p->predictor)));
  unet_status status = predict_all(p, list);
  if (p->tables.images == 0) {
    unet_prediction_tables_abandon(&p->tables);
  } else if (unet_prediction_tables_commit(&p->tables) != UNET_OK ||
             unet_report_write_in(p->report, p->options->out) != UNET_OK) {
    return UNET_NO_RESOURCE;
  }
  return status == UNET_OK ? sum_up(p) : status;
}

/* The inputs as they were named: the first of them, and how many more. */
static unet_status add_inputs(unet_report *report, const char *const *inputs, size_t n) {
  static const char run[] = "Prediction";
  const size_t shown = n < 3 ? n : 3;
  for (size_t i = 0; i < shown; i++) UNET_TRY(unet_report_add_setting(report, run, "Input", inputs[i]));
  return n > shown ? unet_report_add_setting_of(report, run, "Input", "and %zu more", n - shown) : UNET_OK;
}

static unet_status add_settings(const predicting *p, const char *const *inputs, size_t n_inputs) {
  static const char run[] = "Prediction";
  UNET_TRY(add_inputs(p->report, inputs, n_inputs));
  UNET_TRY(unet_report_add_setting(p->report, run, "Mirrored and turned (tta)",
                                   unet_predictor_tta(p->predictor) ? "yes" : "no"));
  UNET_TRY(unet_report_add_setting(p->report, run, "Results in", p->options->out));
  UNET_TRY(unet_report_add_model(p->report, unet_predictor_model(p->predictor)));
  return unet_report_add_program(p->report, unet_predictor_device(p->predictor));
}

static unet_status start_report(predicting *p, size_t images) {
  const char *path = unet_model_path(unet_predictor_model(p->predictor));
  char title[512];
  (void)snprintf(title, sizeof title, "Predictions%s%s", path ? " of " : "", path ? path : "");
  const unet_report_options options = {.title = title,
                                       .threshold = unet_predictor_threshold(p->predictor),
                                       .min_area = unet_predictor_min_area(p->predictor)};
  UNET_TRY(unet_report_create(&p->report, &options));
  unet_report_expect(p->report, images);
  return UNET_OK;
}

unet_status unet_predict_files(unet_predictor *predictor, const char *const *inputs, size_t n_inputs,
                               const unet_predict_options *options) {
  unet_image_list list = {0};
  char *missing = NULL;
  predicting p = {.predictor = predictor, .options = options};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done,
                unet_image_list_make(&list, inputs, n_inputs, options->out, endings, ENDINGS, &p.problems));
  for (size_t i = 0; i < p.problems.count; i++) tell_problem(&p, p.problems.lines[i]);
  tell_skipped(&p, list.skipped_results, "earlier results");
  tell_skipped(&p, list.skipped_masks, "masks (ground_truth)");
  UNET_TRY_GOTO(done, unet_path_first_missing(&missing, options->out));
  UNET_TRY_GOTO(done, unet_make_folders(options->out));
  UNET_TRY_GOTO(done, start_report(&p, list.count));
  UNET_TRY_GOTO(done, add_settings(&p, inputs, n_inputs));
  UNET_TRY_GOTO(done, predict_with_tables(&p, &list));
done:
  if (status != UNET_OK) unet_remove_made_folders(options->out, missing);
  free(missing);
  unet_report_destroy(p.report);
  unet_problems_free(&p.problems);
  unet_image_list_free(&list);
  return status;
}
