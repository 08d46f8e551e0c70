#include "unetcl/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/dataset.h"
#include "metrics/metrics.h"
#include "report/item_figures.h"
#include "run/predictor.h"

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
  unet_pixel_counts *counts; /* per index */
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

static unet_status find_split(unet_split *split, const unet_dataset *dataset, const unet_model *model,
                              unet_evaluate_split wanted) {
  if (wanted == UNET_EVALUATE_ALL) return all_indices(split, dataset);
  const char *json = unet_model_split(model);
  if (!json) return unet_fail(UNET_BAD_INPUT, "the model holds no split; use --split all");
  return unet_split_parse(split, dataset, json, "the model's split (for other data use --split all)");
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

static unet_status measure(evaluating *e, const unet_image *image, const unet_mask *truth,
                           unet_pixel_counts *out) {
  size_t pixels = image->width * image->height;
  uint16_t *map = NULL;
  uint8_t *predicted = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&map, pixels, sizeof *map));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&predicted, pixels, 1));
  UNET_TRY_GOTO(done, unet_predictor_image(e->predictor, image, map));
  for (size_t i = 0; i < pixels; i++) {
    predicted[i] = (uint8_t)unet_map_is_defect(map[i], unet_model_threshold(e->model));
  }
  *out = unet_count_pixels(predicted, truth->values, pixels);
done:
  free(map);
  free(predicted);
  return status;
}

static unet_status measure_chunk(evaluating *e, size_t first, size_t n) {
  for (size_t i = 0; i < n; i++) {
    UNET_TRY(measure(e, &e->images[i], &e->masks[i], &e->counts[first + i]));
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
  const unet_pixel_counts *counts = user;
  return counts[index].tp + counts[index].fn > 0;
}

static unet_status write_figures(const evaluating *e) {
  const unet_architecture *a = unet_model_architecture(e->model);
  size_t chosen[UNET_FIGURE_COLUMNS];
  size_t n = unet_choose_items(chosen, e->count, has_defect, e->counts);
  for (size_t i = 0; i < n; i++) chosen[i] = e->indices[chosen[i]];
  return unet_item_figures(e->options->out, e->predictor, e->dataset, chosen, n, a->height, a->width);
}

/* --- the result --------------------------------------------------------------------------------------- */

static unet_scores scores_of(const unet_tally *tally) {
  return (unet_scores){.dice = unet_dice_of(tally->pooled),
                       .dice_mean = unet_tally_dice_mean(tally),
                       .iou = unet_iou_of(tally->pooled),
                       .precision = unet_precision_of(tally->pooled),
                       .recall = unet_recall_of(tally->pooled),
                       .images = tally->images};
}

/* Adds up the images of one type; "" stands for all. */
static unet_tally tally_type(const evaluating *e, const char *type) {
  unet_tally tally = {0};
  for (size_t i = 0; i < e->count; i++) {
    const unet_item *item = unet_dataset_item(e->dataset, e->indices[i]);
    if (!*type || strcmp(item->type, type) == 0) unet_tally_add(&tally, e->counts[i]);
  }
  return tally;
}

static unet_status sum_up(unet_evaluation *out, const evaluating *e) {
  unet_tally all = tally_type(e, "");
  out->all = scores_of(&all);
  out->threshold = unet_model_threshold(e->model);
  UNET_TRY(unet_alloc_array((void *)&out->types, e->count, sizeof *out->types));
  for (size_t i = 0; i < e->count; i++) {
    const char *type = unet_dataset_item(e->dataset, e->indices[i])->type;
    size_t known = 0;
    while (known < out->n_types && strcmp(out->types[known].type, type) != 0) known++;
    if (known < out->n_types) continue;
    UNET_TRY(unet_copy_text(&out->types[out->n_types].type, type));
    unet_tally tally = tally_type(e, type);
    out->types[out->n_types++].scores = scores_of(&tally);
  }
  return UNET_OK;
}

static unet_status evaluate_indices(unet_evaluation *out, evaluating *e) {
  if (e->count == 0) {
    return unet_fail(UNET_BAD_INPUT, "%s: the split holds no image to evaluate; use --split all",
                     unet_dataset_folder(e->dataset));
  }
  UNET_TRY(unet_alloc_array((void *)&e->counts, e->count, sizeof *e->counts));
  UNET_TRY(unet_predictor_create(&e->predictor, e->device, e->model, 1));
  UNET_TRY(unet_predictor_set_tta(e->predictor, e->options->tta));
  UNET_TRY(measure_all(e));
  if (e->options->out) UNET_TRY(write_figures(e));
  return sum_up(out, e);
}

unet_status unet_evaluate(unet_evaluation *out, unet_device *device, const unet_model *model,
                          const unet_evaluate_options *options) {
  unet_dataset *dataset = NULL;
  unet_split split = {0};
  unet_evaluation result = {0};
  evaluating *e = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_dataset_open(&dataset, &options->data, options->on_problem, options->user));
  UNET_TRY_GOTO(done, find_split(&split, dataset, model, options->split));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&e, 1, sizeof *e));
  *e = (evaluating){.options = options, .dataset = dataset, .model = model, .device = device};
  e->indices = options->split == UNET_EVALUATE_TRAIN ? split.train : split.val;
  e->count = options->split == UNET_EVALUATE_TRAIN ? split.n_train : split.n_val;
  UNET_TRY_GOTO(done, evaluate_indices(&result, e));
  *out = result;
done:
  if (status != UNET_OK) unet_evaluation_free(&result);
  if (e) {
    unet_predictor_destroy(e->predictor);
    free(e->counts);
    free(e);
  }
  unet_split_free(&split);
  unet_dataset_close(dataset);
  return status;
}

void unet_evaluation_free(unet_evaluation *evaluation) {
  for (size_t i = 0; i < evaluation->n_types; i++) free(evaluation->types[i].type);
  free(evaluation->types);
  *evaluation = (unet_evaluation){0};
}
