/* Reading items, with their problems. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "data/dataset.h"

unet_status unet_item_read(unet_image *image, unet_mask *mask, const unet_item *item, int mask_threshold,
                           unet_problems *problems) {
  UNET_TRY(unet_problems_take(problems, unet_image_read(image, item->image)));
  if (!item->mask) return UNET_OK;
  UNET_TRY(unet_problems_take(problems, unet_mask_read(mask, item->mask, mask_threshold)));
  if (!image->samples || !mask->values) return UNET_OK;
  if (image->width == mask->width && image->height == mask->height) return UNET_OK;
  return unet_problems_add(problems,
                           "%s: the image is %zu x %zu but its mask %s is %zu x %zu; make them one size",
                           item->image, image->width, image->height, item->mask, mask->width, mask->height);
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
} reading;

static unet_status read_one(void *user, size_t position) {
  reading *work = user;
  unet_problems *problems = &work->problems[position];
  size_t index = work->indices ? work->indices[position] : position;
  unet_image image = {0};
  unet_mask mask = {0};
  unet_status status = unet_item_read(&image, &mask, unet_dataset_item(work->dataset, index),
                                      work->dataset->mask_threshold, problems);
  if (status == UNET_OK && problems->count == 0)
    status = work->task(work->task_user, position, &image, &mask);
  unet_image_free(&image);
  unet_mask_free(&mask);
  return status;
}

unet_status unet_items_read(const unet_dataset *dataset, const size_t *indices, size_t count,
                            unet_item_task task, void *task_user, unet_problem_fn on_problem, void *user) {
  reading work = {.dataset = dataset, .indices = indices, .task = task, .task_user = task_user};
  unet_problems all = {0};
  UNET_TRY(unet_alloc_array((void *)&work.problems, count, sizeof *work.problems));
  unet_status status = unet_parallel_for(count, read_one, &work);
  for (size_t i = 0; i < count && status == UNET_OK; i++)
    status = unet_problems_move(&all, &work.problems[i]);
  if (status == UNET_OK) status = unet_problems_tell(&all, dataset->folder, on_problem, user);
  for (size_t i = 0; i < count; i++) unet_problems_free(&work.problems[i]);
  unet_problems_free(&all);
  free(work.problems);
  return status;
}
