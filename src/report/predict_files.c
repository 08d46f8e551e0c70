/* Predictions as files: a mask, a map and an overlay for each image, and tables and a report over all. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "data/problems.h"
#include "model/model.h"
#include "report/image_list.h"
#include "report/predicted_image.h"
#include "report/prediction_tables.h"
#include "report/report_scores.h"
#include "report/report_settings.h"
#include "run/predictor.h"

typedef struct predicting {
  unet_predictor *predictor;
  const unet_predict_options *options;
  unet_prediction_tables tables;
  unet_report *report;
  unet_problems problems;
} predicting;

/* --- an image after the other ------------------------------------------------------------------------- */

/* An image on its way. */
typedef struct listed_image {
  const unet_listed_image *listed;
  unet_predicted_image predicted;
} listed_image;

static bool was_read(const listed_image *image) { return image->predicted.image.samples != NULL; }

/* One image is written while the next one is read and marked; each may be absent. */
enum { WRITE, MARK, HALVES };
typedef struct turn {
  predicting *work;
  listed_image *halves[HALVES];
  unet_status ends[HALVES];
} turn;

/* A file that cannot be read is no failure: it is left out, and told later. */
static unet_status read_and_mark(predicting *work, listed_image *image) {
  unet_status status = unet_image_read(&image->predicted.image, image->listed->path);
  UNET_TRY(unet_problems_take(&work->problems, status));
  if (!was_read(image)) return UNET_OK;
  return unet_predicted_image_mark(&image->predicted, work->predictor, image->listed->path);
}

/* As pictures of its own and in the report. */
static unet_status write_and_report(predicting *work, const listed_image *image) {
  const unet_predicted_image *p = &image->predicted;
  const unet_report_image reported = {
      .name = p->result.image, .picture = &p->image, .map = p->map.samples, .score = p->result.score};
  UNET_TRY(unet_predicted_image_write(p, work->options->out, image->listed->target));
  return unet_report_add_image(work->report, &reported);
}

static unet_status run_half(void *user, size_t half) {
  turn *t = user;
  listed_image *image = t->halves[half];
  if (!image) return UNET_OK;
  t->ends[half] = half == MARK ? read_and_mark(t->work, image) : write_and_report(t->work, image);
  return t->ends[half];
}

/* In the tables. */
static unet_status record(predicting *work, const unet_prediction *result) {
  UNET_TRY(unet_prediction_tables_add(&work->tables, result));
  if (work->options->on_image) work->options->on_image(work->options->user, result);
  return UNET_OK;
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

static bool has_to_stop(const predicting *p) {
  return p->options->stop && p->options->stop(p->options->user);
}

/* What was written is recorded even where the other half fails. */
static unet_status take_turn(predicting *p, listed_image *previous, listed_image *next) {
  turn t = {.work = p, .halves = {previous, next}};
  size_t before = p->problems.count;
  unet_status status = unet_parallel_for(HALVES, run_half, &t);
  if (previous && t.ends[WRITE] == UNET_OK) {
    unet_status recorded = record(p, &previous->predicted.result);
    status = recorded == UNET_OK ? status : recorded;
  }
  for (size_t i = before; i < p->problems.count; i++) tell_problem(p, p->problems.lines[i]);
  return status;
}

static unet_status predict_all(predicting *p, const unet_image_list *list) {
  listed_image images[2] = {0}, *previous = NULL;
  unet_status status = UNET_OK;
  bool stopped = false;
  for (size_t i = 0; status == UNET_OK && !stopped && (i < list->count || previous); i++) {
    listed_image *next = &images[i % 2];
    stopped = i < list->count && has_to_stop(p);
    if (stopped || i >= list->count) next = NULL;
    if (next) next->listed = &list->items[i];
    status = take_turn(p, previous, next);
    if (previous) unet_predicted_image_free(&previous->predicted);
    previous = next && was_read(next) ? next : NULL;
    if (stopped && status == UNET_OK) {
      status = unet_fail(UNET_INTERRUPTED, "interrupted after %zu of %zu images; start again for the others",
                         i, list->count);
    }
  }
  for (size_t i = 0; i < 2; i++) unet_predicted_image_free(&images[i].predicted);
  return status;
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
  UNET_TRY_GOTO(done, unet_image_list_make(&list, inputs, n_inputs, options->out, unet_predicted_endings,
                                           UNET_PREDICTED_ENDINGS, &p.problems));
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
