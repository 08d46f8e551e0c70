#include "metrics/scoring.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/regions.h"
#include "metrics/image_score.h"
#include "metrics/metrics.h"

typedef struct scored_type {
  char *name;
  unet_histogram *histogram;
} scored_type;

struct unet_scoring {
  scored_type *types;
  size_t n_types, types_capacity;
  unet_image_scores *images;
  size_t n_images, images_capacity;
};

unet_status unet_scoring_create(unet_scoring **out) { return unet_alloc_array((void *)out, 1, sizeof **out); }

static void free_image(unet_image_scores *image) {
  free(image->name);
  free(image->type);
}

void unet_scoring_destroy(unet_scoring *scoring) {
  if (!scoring) return;
  for (size_t i = 0; i < scoring->n_types; i++) {
    free(scoring->types[i].name);
    free(scoring->types[i].histogram);
  }
  for (size_t i = 0; i < scoring->n_images; i++) free_image(&scoring->images[i]);
  free(scoring->types);
  free(scoring->images);
  free(scoring);
}

/* --- adding ------------------------------------------------------------------------------------------- */

static unet_status find_type(scored_type **out, unet_scoring *s, const char *name) {
  for (size_t i = 0; i < s->n_types; i++) {
    *out = &s->types[i];
    if (strcmp(s->types[i].name, name) == 0) return UNET_OK;
  }
  UNET_TRY(unet_grow_array((void *)&s->types, &s->types_capacity, s->n_types + 1, sizeof *s->types));
  scored_type *type = &s->types[s->n_types];
  *type = (scored_type){0};
  UNET_TRY(unet_histogram_make(&type->histogram));
  unet_status status = unet_copy_text(&type->name, name);
  if (status != UNET_OK) {
    free(type->histogram);
    return status;
  }
  s->n_types++;
  *out = type;
  return UNET_OK;
}

/* Compares what is marked at the image's threshold with its mask. */
static unet_status judge(unet_image_scores *out, const unet_scored_image *image) {
  const size_t pixels = image->height * image->width;
  uint8_t *marked = NULL;
  unet_regions regions = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&marked, pixels, 1));
  UNET_TRY_GOTO(done, unet_map_judge(&regions, marked, image->map, image->height, image->width,
                                     image->threshold, image->min_area));
  const unet_pixel_counts counts = unet_count_pixels(marked, image->truth, pixels);
  out->tp = counts.tp;
  out->fp = counts.fp;
  out->fn = counts.fn;
  out->dice = unet_dice_of(counts);
  out->defect = counts.tp + counts.fn > 0;
  out->marked = regions.count > 0;
done:
  unet_regions_free(&regions);
  free(marked);
  return status;
}

static unet_status name_image(unet_image_scores *out, const char *name, const char *type) {
  UNET_TRY(unet_copy_text(&out->name, name));
  return unet_copy_text(&out->type, type);
}

unet_status unet_scoring_add(unet_scoring *s, const unet_scored_image *image, double *image_score) {
  unet_image_scores scores = {.known = image->known};
  scored_type *type = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(failed, name_image(&scores, image->name, image->type));
  UNET_TRY_GOTO(failed, judge(&scores, image));
  UNET_TRY_GOTO(failed, unet_image_score(&scores.score, image->map, image->height, image->width));
  UNET_TRY_GOTO(failed,
                unet_grow_array((void *)&s->images, &s->images_capacity, s->n_images + 1, sizeof *s->images));
  UNET_TRY_GOTO(failed, find_type(&type, s, image->type));
  UNET_TRY_GOTO(failed,
                unet_histogram_add(type->histogram, image->map, image->truth, image->height, image->width));
  s->images[s->n_images++] = scores;
  if (image_score) *image_score = scores.score;
  return UNET_OK;
failed:
  free_image(&scores);
  return status;
}

/* --- figures ------------------------------------------------------------------------------------------ */

static bool is_of(const unet_image_scores *image, const char *type) {
  return !type || strcmp(image->type, type) == 0;
}

/* `type` NULL: all. */
static void score_masks(unet_scores *out, const unet_scoring *s, const char *type) {
  unet_tally tally = {0};
  for (size_t i = 0; i < s->n_images; i++) {
    const unet_image_scores *image = &s->images[i];
    if (!is_of(image, type)) continue;
    unet_tally_add(&tally, (unet_pixel_counts){.tp = image->tp, .fp = image->fp, .fn = image->fn});
    out->missed += image->defect && !image->marked;
    out->false_alarms += !image->defect && image->marked;
  }
  out->dice = unet_dice_of(tally.pooled);
  out->dice_mean = unet_tally_dice_mean(&tally);
  out->iou = unet_iou_of(tally.pooled);
  out->precision = unet_precision_of(tally.pooled);
  out->recall = unet_recall_of(tally.pooled);
  out->images = tally.images;
  out->defect_images = tally.defect_images;
}

static void score_maps(unet_scores *out, const unet_histogram *histogram) {
  unet_calibration_bin bins[UNET_CALIBRATION_BINS];
  unet_calibrate(bins, histogram);
  out->average_precision = unet_average_precision(histogram);
  out->pixel_auroc = unet_pixel_auroc(histogram);
  out->aupro = unet_aupro(histogram);
  out->calibration_error = unet_calibration_error(bins);
}

/* The type's images with a defect against all without. */
static unet_status score_images(unet_scores *out, const unet_scoring *s, const char *type) {
  unet_labelled_score *scores = NULL;
  size_t count = 0;
  UNET_TRY(unet_alloc_array((void *)&scores, s->n_images, sizeof *scores));
  for (size_t i = 0; i < s->n_images; i++) {
    const unet_image_scores *image = &s->images[i];
    if (image->defect && !is_of(image, type)) continue;
    scores[count++] = (unet_labelled_score){.score = image->score, .defect = image->defect};
  }
  out->image_auroc = unet_image_auroc(scores, count);
  free(scores);
  return UNET_OK;
}

static unet_status score(unet_scores *out, const unet_scoring *s, const char *type,
                         const unet_histogram *histogram) {
  score_masks(out, s, type);
  score_maps(out, histogram);
  return score_images(out, s, type);
}

unet_status unet_scoring_histogram(unet_histogram **out, const unet_scoring *scoring, const char *type) {
  unet_histogram *sum = NULL;
  UNET_TRY(unet_histogram_make(&sum));
  for (size_t i = 0; i < scoring->n_types; i++) {
    if (!type || strcmp(scoring->types[i].name, type) == 0)
      unet_histogram_merge(sum, scoring->types[i].histogram);
  }
  *out = sum;
  return UNET_OK;
}

/* --- the result --------------------------------------------------------------------------------------- */

static unet_status finish_all(unet_evaluation *out, const unet_scoring *s) {
  unet_histogram *sum = NULL;
  UNET_TRY(unet_scoring_histogram(&sum, s, NULL));
  unet_calibrate(out->calibration, sum);
  unet_status status = score(&out->all, s, NULL, sum);
  free(sum);
  return status;
}

static unet_status finish_types(unet_evaluation *out, const unet_scoring *s) {
  UNET_TRY(unet_alloc_array((void *)&out->types, s->n_types, sizeof *out->types));
  for (size_t i = 0; i < s->n_types; i++) {
    const scored_type *type = &s->types[i];
    UNET_TRY(unet_copy_text(&out->types[i].type, type->name));
    out->n_types++;
    UNET_TRY(score(&out->types[i].scores, s, type->name, type->histogram));
  }
  return UNET_OK;
}

static unet_status finish_images(unet_evaluation *out, const unet_scoring *s) {
  UNET_TRY(unet_alloc_array((void *)&out->images, s->n_images, sizeof *out->images));
  for (size_t i = 0; i < s->n_images; i++) {
    unet_image_scores *image = &out->images[out->n_images++];
    *image = s->images[i];
    image->name = image->type = NULL;
    UNET_TRY(name_image(image, s->images[i].name, s->images[i].type));
  }
  return UNET_OK;
}

unet_status unet_scoring_finish(unet_evaluation *out, const unet_scoring *scoring, float threshold) {
  unet_evaluation result = {.threshold = threshold};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(failed, finish_all(&result, scoring));
  UNET_TRY_GOTO(failed, finish_types(&result, scoring));
  UNET_TRY_GOTO(failed, finish_images(&result, scoring));
  *out = result;
  return UNET_OK;
failed:
  unet_evaluation_free(&result);
  return status;
}

void unet_evaluation_free(unet_evaluation *evaluation) {
  for (size_t i = 0; i < evaluation->n_types; i++) free(evaluation->types[i].type);
  for (size_t i = 0; i < evaluation->n_images; i++) free_image(&evaluation->images[i]);
  free(evaluation->types);
  free(evaluation->images);
  *evaluation = (unet_evaluation){0};
}
