#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/survey.h"

static unet_status ignore(void *user, size_t position, const unet_image *image, const unet_mask *mask) {
  (void)user;
  (void)position;
  (void)image;
  (void)mask;
  return UNET_OK;
}

static unet_status count_covered(void *user, size_t position, const unet_image *image,
                                 const unet_mask *mask) {
  (void)image;
  size_t *covered = user, total = 0;
  if (!covered) return UNET_OK;
  for (size_t i = 0; mask->values && i < mask->width * mask->height; i++) total += mask->values[i];
  covered[position] = total;
  return UNET_OK;
}

unet_status unet_dataset_check(const unet_dataset *dataset, size_t *covered, unet_problem_fn on_problem,
                               void *user) {
  return unet_items_read(dataset, NULL, dataset->count, count_covered, covered, on_problem, user);
}

/* --- before training ---------------------------------------------------------------------------------- */

static unet_status check_split(const unet_dataset *dataset, double val) {
  const unet_split_options options = {.val = val};
  unet_split split = {0};
  UNET_TRY(unet_split_make(&split, dataset, &options));
  unet_split_free(&split);
  return UNET_OK;
}

/* What training would refuse though every file is right, one thing at a time. Where some are wrong, what
 * defects there are is not known. */
static unet_status check_use(const unet_dataset *dataset, double val, bool all_read) {
  UNET_TRY(unet_survey_require_labelled(dataset));
  if (all_read) UNET_TRY(unet_survey_require_defects(dataset));
  return check_split(dataset, val);
}

static bool starts_type(const unet_dataset *dataset, size_t index) {
  const unet_item *item = &dataset->items[index];
  return index == 0 || item->role != item[-1].role || strcmp(item->type, item[-1].type) != 0;
}

static unet_status count_types(unet_check_result *result, const unet_dataset *dataset) {
  UNET_TRY(unet_alloc_array((void *)&result->types, dataset->count, sizeof *result->types));
  for (size_t i = 0; i < dataset->count; i++) {
    const unet_item *item = &dataset->items[i];
    if (starts_type(dataset, i)) {
      UNET_TRY(unet_copy_text(&result->types[result->n_types].type, item->type));
      result->types[result->n_types++].role = item->role;
    }
    unet_check_type *type = &result->types[result->n_types - 1];
    type->images++;
    type->with_defect += dataset->facts[i].defect_pixels > 0;
  }
  return UNET_OK;
}

typedef struct listener {
  const unet_check_options *options;
  size_t warnings;
} listener;

static void pass_fact(void *user, const char *line) {
  const listener *l = user;
  if (l->options->on_fact) l->options->on_fact(l->options->user, line);
}

static void pass_warning(void *user, const char *line) {
  listener *l = user;
  l->warnings++;
  if (l->options->on_warning) l->options->on_warning(l->options->user, line);
}

static unet_status check(unet_check_result *result, unet_dataset *dataset, unet_problems *problems,
                         const unet_check_options *options) {
  const unet_survey_view view = {options->height, options->width, options->tile};
  listener l = {.options = options};
  UNET_TRY(unet_survey_start(dataset));
  UNET_TRY(unet_items_collect(dataset, NULL, dataset->count, ignore, NULL, problems));
  if (dataset->count > 0)
    UNET_TRY(unet_problems_take(problems, check_use(dataset, options->val, problems->count == 0)));
  UNET_TRY(unet_survey_tell(dataset, &view, pass_fact, pass_warning, &l));
  UNET_TRY(unet_problems_tell(problems, dataset->folder, options->on_problem, options->user));
  result->images = dataset->count;
  result->warnings = l.warnings;
  return count_types(result, dataset);
}

unet_status unet_check(unet_check_result *out, const unet_check_options *options) {
  unet_check_result result = {0};
  unet_dataset *dataset = NULL;
  unet_problems problems = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_dataset_list(&dataset, &options->data, &problems));
  UNET_TRY_GOTO(done, check(&result, dataset, &problems, options));
  *out = result;
done:
  if (status != UNET_OK) unet_check_result_free(&result);
  unet_problems_free(&problems);
  unet_dataset_close(dataset);
  return status;
}

void unet_check_result_free(unet_check_result *result) {
  for (size_t i = 0; i < result->n_types; i++) free(result->types[i].type);
  free(result->types);
  *result = (unet_check_result){0};
}
