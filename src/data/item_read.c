/* Reading items, with their problems. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "data/survey.h"

unet_status unet_item_read(unet_image *image, unet_mask *mask, const unet_item *item, int mask_threshold,
                           unet_problems *problems) {
  UNET_TRY(unet_problems_take(problems, unet_image_read(image, item->image)));
  if (!item->mask) return UNET_OK;
  UNET_TRY(unet_problems_take(problems, unet_mask_read(mask, item->mask, mask_threshold)));
  if (!image->samples || !mask->values) return UNET_OK;
  if (image->width == mask->width && image->height == mask->height) return UNET_OK;
  return unet_problems_add(
      problems, "%s: the image is %zu x %zu%s but its mask %s is %zu x %zu; make them one size", item->image,
      image->width, image->height, image->turned ? ", turned upright by its EXIF," : "", item->mask,
      mask->width, mask->height);
}

unet_status unet_item_read_again(unet_image *image, unet_mask *mask, const unet_dataset *dataset,
                                 size_t index) {
  unet_problems problems = {0};
  unet_status status =
      unet_item_read(image, mask, unet_dataset_item(dataset, index), dataset->mask_threshold, &problems);
  if (status == UNET_OK && problems.count > 0) status = unet_fail(UNET_BAD_INPUT, "%s", problems.lines[0]);
  unet_problems_free(&problems);
  return status;
}

typedef struct reading {
  const unet_dataset *dataset;
  const size_t *indices;
  unet_item_task task;
  void *task_user;
  unet_problems *problems; /* per position: no lock is needed and the order is kept */
  bool *as_if_swapped;     /* per position: the mask cannot be used, and the image could be one */
} reading;

static unet_status use(const reading *work, size_t position, size_t index, const unet_image *image,
                       const unet_mask *mask) {
  unet_item_facts *facts = work->dataset->facts;
  if (facts) UNET_TRY(unet_survey_item(&facts[index], image, mask));
  return work->task(work->task_user, position, image, mask);
}

static unet_status read_one(void *user, size_t position) {
  reading *work = user;
  unet_problems *problems = &work->problems[position];
  size_t index = work->indices ? work->indices[position] : position;
  unet_image image = {0};
  unet_mask mask = {0};
  unet_status status = unet_item_read(&image, &mask, unet_dataset_item(work->dataset, index),
                                      work->dataset->mask_threshold, problems);
  if (status == UNET_OK && problems->count == 0) status = use(work, position, index, &image, &mask);
  if (image.samples && !mask.values && problems->count > 0)
    work->as_if_swapped[position] = unet_image_looks_like_mask(&image);
  unet_image_free(&image);
  unet_mask_free(&mask);
  return status;
}

static bool are_all(const bool *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!values[i]) return false;
  }
  return count > 0;
}

static unet_status gather(reading *work, size_t count, unet_problems *problems) {
  const unet_dataset *dataset = work->dataset;
  const size_t before = problems->count;
  if (dataset->masks_folder && are_all(work->as_if_swapped, count))
    UNET_TRY(unet_problems_add(problems, UNET_SWAPPED, dataset->folder, dataset->masks_folder));
  const bool swapped = problems->count > before;
  for (size_t i = 0; i < count; i++) UNET_TRY(unet_problems_move(problems, &work->problems[i]));
  return swapped ? unet_problems_shorten(problems, before) : UNET_OK;
}

unet_status unet_items_collect(const unet_dataset *dataset, const size_t *indices, size_t count,
                               unet_item_task task, void *task_user, unet_problems *problems) {
  reading work = {.dataset = dataset, .indices = indices, .task = task, .task_user = task_user};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&work.problems, count, sizeof *work.problems));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&work.as_if_swapped, count, sizeof *work.as_if_swapped));
  UNET_TRY_GOTO(done, unet_parallel_for(count, read_one, &work));
  UNET_TRY_GOTO(done, gather(&work, count, problems));
done:
  for (size_t i = 0; work.problems && i < count; i++) unet_problems_free(&work.problems[i]);
  free(work.problems);
  free(work.as_if_swapped);
  return status;
}

unet_status unet_items_read(const unet_dataset *dataset, const size_t *indices, size_t count,
                            unet_item_task task, void *task_user, unet_problem_fn on_problem, void *user) {
  unet_problems problems = {0};
  unet_status status = unet_items_collect(dataset, indices, count, task, task_user, &problems);
  if (status == UNET_OK) status = unet_problems_tell(&problems, dataset->folder, on_problem, user);
  unet_problems_free(&problems);
  return status;
}
