#include "unetcl/evaluate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/dataset.h"
#include "data/out_folder.h"
#include "data/split_file.h"
#include "metrics/scoring.h"
#include "model/model.h"
#include "report/item_figures.h"
#include "report/report_scores.h"
#include "report/report_settings.h"
#include "run/predictor.h"
#include "train/evaluate_images.h"

enum { CHUNK = 8 }; /* images decoded at a time, on all cores; more of them take much memory */

/* What is known of the images so far. */
typedef struct evaluating {
  const unet_evaluate_options *options;
  const unet_dataset *dataset;
  const unet_model *model;
  unet_device *device;
  unet_predictor *predictor;
  const size_t *indices;
  size_t count;
  bool *known; /* per item of the data set: the model was trained or chosen on it */
  unet_scoring *scoring;
  unet_report *report; /* NULL: none */
  unet_image images[CHUNK];
  unet_mask masks[CHUNK];
} evaluating;

/* --- which images ------------------------------------------------------------------------------------- */

static unet_status all_indices(unet_split *split, const unet_dataset *dataset) {
  split->n_val = unet_dataset_count(dataset);
  UNET_TRY(unet_alloc_array((void *)&split->val, split->n_val, sizeof *split->val));
  for (size_t i = 0; i < split->n_val; i++) split->val[i] = i;
  return UNET_OK;
}

/* The split that the model stores; only the images of the list `needed` must still be there. */
static unet_status read_split(unet_split *split, size_t *missing, const unet_dataset *dataset,
                              const char *json, const char *needed) {
  const unet_split_text text = {
      .json = json,
      .origin = "the model's split",
      .needed = needed,
      .remedy = "give the data set that it was trained with, or for other data --split all"};
  return unet_split_read(split, missing, dataset, &text);
}

static unet_status find_split(unet_split *split, const unet_dataset *dataset,
                              const unet_evaluate_options *options, const unet_model *model) {
  static const char *const lists[] = {[UNET_EVALUATE_VAL] = "val", [UNET_EVALUATE_TRAIN] = "train"};
  size_t missing = 0;
  char line[256];
  if (options->split == UNET_EVALUATE_ALL) return all_indices(split, dataset);
  const char *json = unet_model_split(model);
  if (!json) return unet_fail(UNET_BAD_INPUT, "the model holds no split; use --split all");
  UNET_TRY(read_split(split, &missing, dataset, json, lists[options->split]));
  if (missing == 0 || !options->on_note) return UNET_OK;
  (void)snprintf(line, sizeof line,
                 "%zu image%s of the model's split, which this evaluation does not need, %s not there",
                 missing, missing == 1 ? "" : "s", missing == 1 ? "is" : "are");
  options->on_note(options->user, line);
  return UNET_OK;
}

static void mark(bool *known, const size_t *indices, size_t count) {
  for (size_t i = 0; i < count; i++) known[indices[i]] = true;
}

/* By the split that the model stores. Of other data, which may have the same names, none is known unless the
 * split fits as a whole. */
static unet_status find_known(evaluating *e) {
  const char *json = unet_model_split(e->model);
  const bool other_data = e->options->split == UNET_EVALUATE_ALL;
  unet_split split = {0};
  size_t missing = 0;
  UNET_TRY(unet_alloc_array((void *)&e->known, unet_dataset_count(e->dataset), sizeof *e->known));
  if (!json) return UNET_OK;
  unet_status status = read_split(&split, &missing, e->dataset, json, "");
  if (status == UNET_OK && !(other_data && missing > 0)) {
    mark(e->known, split.train, split.n_train);
    mark(e->known, split.select, split.n_select);
  }
  unet_split_free(&split);
  return status == UNET_BAD_INPUT ? UNET_OK : status;
}

/* The masks of the data set that the model was trained with are read as they were then, unless told
 * otherwise. */
static unet_dataset_options find_data(const unet_evaluate_options *options, const unet_model *model) {
  unet_dataset_options data = options->data;
  const char *then = unet_model_metadata(model, "mask_threshold");
  if (then && data.mask_threshold == -1 && options->split != UNET_EVALUATE_ALL)
    data.mask_threshold = (int)strtol(then, NULL, 10);
  return data;
}

/* --- one chunk ---------------------------------------------------------------------------------------- */

/* Keeps what was decoded; the reader's own copies become empty. */
static unet_status keep_item(void *user, size_t position, const unet_image *image, const unet_mask *mask) {
  evaluating *e = user;
  size_t pixels = image->width * image->height;
  UNET_TRY(unet_image_make(&e->images[position], image->width, image->height, image->channels, image->depth));
  memcpy(e->images[position].samples, image->samples, pixels * image->channels * sizeof *image->samples);
  UNET_TRY(unet_alloc_array((void *)&e->masks[position].values, pixels, 1));
  if (mask->values) memcpy(e->masks[position].values, mask->values, pixels);
  return UNET_OK;
}

static void drop_items(evaluating *e) {
  for (size_t i = 0; i < CHUNK; i++) {
    unet_image_free(&e->images[i]);
    unet_mask_free(&e->masks[i]);
  }
}

static unet_status add_to_report(const evaluating *e, const unet_image *picture,
                                 const unet_scored_image *scored, double score) {
  const unet_report_image image = {.name = scored->name,
                                   .type = scored->type,
                                   .picture = picture,
                                   .map = scored->map,
                                   .truth = scored->truth,
                                   .score = score};
  return e->report ? unet_report_add_image(e->report, &image) : UNET_OK;
}

/* The image at this position of the chunk. */
static unet_status measure(evaluating *e, size_t position, size_t index) {
  const unet_image *image = &e->images[position];
  const unet_item *item = unet_dataset_item(e->dataset, index);
  uint16_t *map = NULL;
  UNET_TRY(unet_alloc_array((void *)&map, image->width * image->height, sizeof *map));
  unet_status status = unet_predictor_image(e->predictor, image, map);
  if (status == UNET_OK) {
    const unet_scored_image scored = {.name = item->name,
                                      .type = item->type,
                                      .map = map,
                                      .truth = e->masks[position].values,
                                      .height = image->height,
                                      .width = image->width,
                                      .threshold = unet_model_threshold(e->model),
                                      .min_area = unet_model_min_area(e->model),
                                      .known = e->known[index]};
    double score = 0.0;
    status = unet_scoring_add(e->scoring, &scored, &score);
    if (status == UNET_OK) status = add_to_report(e, image, &scored, score);
  }
  free(map);
  return status;
}

static unet_status measure_chunk(evaluating *e, size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) {
    UNET_TRY(measure(e, i, e->indices[first + i]));
    if (e->options->stop && e->options->stop(e->options->user)) {
      return unet_fail(UNET_INTERRUPTED, "interrupted after %zu of %zu images", first + i + 1, e->count);
    }
  }
  return UNET_OK;
}

/* *problems = some could not be read, and their problems were told. */
static unet_status read_chunk(bool *problems, evaluating *e, size_t first, size_t n) {
  const unet_evaluate_options *o = e->options;
  unet_status status =
      unet_items_read(e->dataset, e->indices + first, n, keep_item, e, o->on_problem, o->user);
  if (status != UNET_BAD_INPUT || !o->on_problem) return status;
  *problems = true;
  return UNET_OK;
}

/* After a problem the rest is only read, so that every problem is told. */
static unet_status measure_all(evaluating *e) {
  bool problems = false;
  for (size_t first = 0; first < e->count; first += CHUNK) {
    size_t n = e->count - first < CHUNK ? e->count - first : CHUNK;
    unet_status status = read_chunk(&problems, e, first, n);
    if (status == UNET_OK && !problems) status = measure_chunk(e, first, n);
    drop_items(e);
    UNET_TRY(status);
  }
  if (!problems) return UNET_OK;
  return unet_fail(UNET_BAD_INPUT, "%s: the data set has problems, listed above; put right and try again",
                   unet_dataset_folder(e->dataset));
}

/* --- figures ------------------------------------------------------------------------------------------ */

static bool has_defect(const void *user, size_t index) {
  const unet_evaluation *evaluation = user;
  return evaluation->images[index].defect;
}

static unet_status write_figures(const evaluating *e, const unet_evaluation *evaluation) {
  const unet_architecture *a = unet_model_architecture(e->model);
  size_t chosen[UNET_FIGURE_COLUMNS];
  size_t n = unet_choose_items(chosen, e->count, has_defect, evaluation);
  for (size_t i = 0; i < n; i++) chosen[i] = e->indices[chosen[i]];
  return unet_item_figures(e->options->out, e->predictor, e->dataset, chosen, n, a->height, a->width);
}

/* --- the result --------------------------------------------------------------------------------------- */

static unet_status evaluate_indices(unet_evaluation *out, evaluating *e) {
  if (e->count == 0) {
    return unet_fail(UNET_BAD_INPUT, "%s: the split holds no image to evaluate; use --split all",
                     unet_dataset_folder(e->dataset));
  }
  UNET_TRY(find_known(e));
  if (e->report) unet_report_expect(e->report, e->count);
  UNET_TRY(unet_scoring_create(&e->scoring));
  UNET_TRY(unet_predictor_create(&e->predictor, e->device, e->model, 1));
  UNET_TRY(unet_predictor_set_tta(e->predictor, e->options->tta));
  UNET_TRY(measure_all(e));
  UNET_TRY(unet_scoring_finish(out, e->scoring, unet_model_threshold(e->model)));
  if (e->report) UNET_TRY(unet_report_add_scores(e->report, out, e->scoring));
  return e->options->out ? write_figures(e, out) : UNET_OK;
}

unet_status unet_evaluate_images(unet_evaluation *out, unet_device *device, const unet_model *model,
                                 const unet_evaluate_options *options, unet_report *report) {
  const unet_model *split_of = options->split_of ? options->split_of : model;
  const unet_dataset_options data = find_data(options, split_of);
  unet_dataset *dataset = NULL;
  unet_split split = {0};
  unet_evaluation result = {0};
  evaluating *e = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_dataset_open(&dataset, &data, options->on_problem, options->user));
  UNET_TRY_GOTO(done, find_split(&split, dataset, options, split_of));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&e, 1, sizeof *e));
  *e = (evaluating){
      .options = options, .dataset = dataset, .model = model, .device = device, .report = report};
  e->indices = options->split == UNET_EVALUATE_TRAIN ? split.train : split.val;
  e->count = options->split == UNET_EVALUATE_TRAIN ? split.n_train : split.n_val;
  UNET_TRY_GOTO(done, evaluate_indices(&result, e));
  *out = result;
done:
  if (status != UNET_OK) unet_evaluation_free(&result);
  if (e) {
    unet_predictor_destroy(e->predictor);
    unet_scoring_destroy(e->scoring);
    free(e->known);
    free(e);
  }
  unet_split_free(&split);
  unet_dataset_close(dataset);
  return status;
}

/* --- where it goes ------------------------------------------------------------------------------------ */

/* A folder of pictures would be no data set any more with figures in it. */
static unet_status check_folder(const char *folder) {
  static const char *const marks[] = {"report.html", "config.json", NULL};
  static const char *const figures[] = {"comparison.png", "overlay.png", NULL};
  return folder ? unet_out_folder_check(folder, marks, figures) : UNET_OK;
}

/* --- with a page -------------------------------------------------------------------------------------- */

static unet_status add_settings(unet_report *report, const unet_evaluate_options *o) {
  static const char run[] = "Evaluation";
  static const char *const splits[] = {"those that were held out in training", "those that it was trained on",
                                       "all"};
  const char *other = o->split_of ? unet_model_path(o->split_of) : NULL;
  UNET_TRY(unet_report_add_data(report, run, &o->data));
  UNET_TRY(unet_report_add_setting(report, run, "Pictures", splits[o->split]));
  if (other) UNET_TRY(unet_report_add_setting_of(report, run, "Split", "that of %s", other));
  UNET_TRY(unet_report_add_setting(report, run, "Mirrored and turned (tta)", o->tta ? "yes" : "no"));
  return unet_report_add_setting(report, run, "Results in", o->out);
}

static unet_status start_report(unet_report **out, unet_device *device, const unet_model *model,
                                const unet_evaluate_options *o) {
  const char *path = unet_model_path(model);
  char title[512];
  (void)snprintf(title, sizeof title, "Evaluation%s%s", path ? " of " : "", path ? path : "");
  const unet_report_options options = {.title = title,
                                       .threshold = unet_model_threshold(model),
                                       .min_area = unet_model_min_area(model),
                                       .has_truth = true};
  UNET_TRY(unet_report_create(out, &options));
  UNET_TRY(add_settings(*out, o));
  UNET_TRY(unet_report_add_model(*out, model));
  return unet_report_add_program(*out, device);
}

unet_status unet_evaluate(unet_evaluation *out, unet_device *device, const unet_model *model,
                          const unet_evaluate_options *options) {
  unet_report *report = NULL;
  unet_evaluation result = {0};
  unet_status status = UNET_OK;
  UNET_TRY(check_folder(options->out));
  if (options->out) UNET_TRY_GOTO(done, start_report(&report, device, model, options));
  UNET_TRY_GOTO(done, unet_evaluate_images(&result, device, model, options, report));
  if (report) UNET_TRY_GOTO(done, unet_report_write_in(report, options->out));
  *out = result;
done:
  if (status != UNET_OK) unet_evaluation_free(&result);
  unet_report_destroy(report);
  return status;
}
