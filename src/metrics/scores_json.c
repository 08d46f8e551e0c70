#include "metrics/scores_json.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/utf8.h"

static json_t *figure(double value) { return value == UNET_UNDEFINED ? json_null() : json_real(value); }

/* File names may hold any bytes, JSON may not. */
static json_t *text_of(const char *text) {
  char *valid = NULL;
  if (unet_utf8_replace_invalid(&valid, text) != UNET_OK) return NULL;
  json_t *string = json_string(valid);
  free(valid);
  return string;
}

json_t *unet_scores_to_json(const unet_scores *s, float threshold) {
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:I, s:I, s:I, s:I}", "dice",
                   figure(s->dice), "dice_mean", figure(s->dice_mean), "iou", figure(s->iou), "precision",
                   figure(s->precision), "recall", figure(s->recall), "average_precision",
                   figure(s->average_precision), "pixel_auroc", figure(s->pixel_auroc), "image_auroc",
                   figure(s->image_auroc), "aupro", figure(s->aupro), "calibration_error",
                   figure(s->calibration_error), "threshold", (double)threshold, "images",
                   (json_int_t)s->images, "defect_images", (json_int_t)s->defect_images, "missed",
                   (json_int_t)s->missed, "false_alarms", (json_int_t)s->false_alarms);
}

/* NULL anywhere makes the whole NULL. */
static json_t *whole_or_null(json_t *value, bool failed) {
  if (!failed) return value;
  json_decref(value);
  return NULL;
}

static json_t *types_of(const unet_evaluation *e) {
  json_t *types = json_object();
  bool failed = !types;
  for (size_t i = 0; i < e->n_types && !failed; i++) {
    char *name = NULL;
    failed = unet_utf8_replace_invalid(&name, e->types[i].type) != UNET_OK ||
             json_object_set_new(types, name, unet_scores_to_json(&e->types[i].scores, e->threshold)) != 0;
    free(name);
  }
  return whole_or_null(types, failed);
}

static json_t *calibration_of(const unet_evaluation *e) {
  json_t *bins = json_array();
  bool failed = !bins;
  for (size_t k = 0; k < UNET_CALIBRATION_BINS && !failed; k++) {
    const unet_calibration_bin *bin = &e->calibration[k];
    failed = json_array_append_new(
                 bins, json_pack("{s:o, s:o, s:I}", "predicted", figure(bin->predicted), "observed",
                                 figure(bin->observed), "count", (json_int_t)bin->count)) != 0;
  }
  return whole_or_null(bins, failed);
}

static json_t *image_of(const unet_image_scores *image) {
  return json_pack("{s:o, s:o, s:b, s:s, s:f, s:f, s:I, s:I, s:I}", "image", text_of(image->name), "type",
                   text_of(image->type), "defect", (int)image->defect, "verdict", image->marked ? "NG" : "OK",
                   "score", image->score, "dice", image->dice, "tp", (json_int_t)image->tp, "fp",
                   (json_int_t)image->fp, "fn", (json_int_t)image->fn);
}

static json_t *images_of(const unet_evaluation *e) {
  json_t *images = json_array();
  bool failed = !images;
  for (size_t i = 0; i < e->n_images && !failed; i++)
    failed = json_array_append_new(images, image_of(&e->images[i])) != 0;
  return whole_or_null(images, failed);
}

json_t *unet_evaluation_to_json(const unet_evaluation *evaluation) {
  json_t *root = unet_scores_to_json(&evaluation->all, evaluation->threshold);
  const bool failed = !root || json_object_set_new(root, "per_type", types_of(evaluation)) != 0 ||
                      json_object_set_new(root, "calibration", calibration_of(evaluation)) != 0 ||
                      json_object_set_new(root, "per_image", images_of(evaluation)) != 0;
  return whole_or_null(root, failed);
}

unet_status unet_evaluation_json(char **text, const unet_evaluation *evaluation,
                                 const unet_evaluation *other) {
  json_t *root = unet_evaluation_to_json(evaluation);
  const bool failed =
      root && other && json_object_set_new(root, "other", unet_evaluation_to_json(other)) != 0;
  char *dumped = root && !failed ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
  json_decref(root);
  if (!dumped) return unet_fail(UNET_NO_RESOURCE, "out of memory: scores");
  *text = dumped;
  return UNET_OK;
}
