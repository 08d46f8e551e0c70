/* Splitting a data set by a seed, type by type. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "data/dataset.h"

typedef enum part { UNUSED, TRAIN, VAL, SELECT } part;

/* FNV-1a. A type's name starts its random numbers, so that its split does not depend on the types beside. */
static uint32_t hash_name(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 16777619u;
  return hash;
}

static size_t share_of(size_t count, double share) {
  if (share <= 0.0) return 0;
  size_t rounded = (size_t)floor((double)count * share + 0.5);
  return rounded > 0 ? rounded : 1;
}

/* Moves `count` of the items from TRAIN to another part, chosen by the seed. The list ends up shuffled. */
static void move_some(part *parts, size_t *items, size_t total, size_t count, part to, uint64_t seed,
                      uint32_t stream, const char *type) {
  unet_rng rng;
  unet_rng_start(&rng, seed, stream, hash_name(type));
  unet_rng_shuffle(&rng, items, total);
  for (size_t i = 0; i < count && i < total; i++) parts[items[i]] = to;
}

/* Lists the items of one type that are in TRAIN, in ascending order. */
static size_t list_training(size_t *items, const unet_dataset *dataset, const part *parts, const char *type) {
  size_t count = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    if (parts[i] == TRAIN && strcmp(dataset->items[i].type, type) == 0) items[count++] = i;
  }
  return count;
}

static void split_type(part *parts, size_t *items, const unet_dataset *dataset, const unet_item *first,
                       const unet_split_options *options) {
  const char *type = first->type;
  if (first->role == UNET_ITEM_LABELLED) {
    size_t count = list_training(items, dataset, parts, type);
    move_some(parts, items, count, share_of(count, options->val), VAL, options->seed, UNET_STREAM_SPLIT,
              type);
  }
  size_t left = list_training(items, dataset, parts, type), chosen = share_of(left, options->select);
  if (chosen >= left) chosen = left > 0 ? left - 1 : 0;
  move_some(parts, items, left, chosen, SELECT, options->seed, UNET_STREAM_SELECT, type);
}

/* Good images for training are a type of their own, of which nothing is held out. */
static void assign_parts(part *parts, size_t *items, const unet_dataset *dataset,
                         const unet_split_options *options) {
  size_t good = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    switch (dataset->items[i].role) {
      case UNET_ITEM_LABELLED:
        parts[i] = TRAIN;
        break;
      case UNET_ITEM_GOOD_TRAIN:
        parts[i] = good++ < options->good ? TRAIN : UNUSED;
        break;
      case UNET_ITEM_GOOD_TEST:
        parts[i] = VAL;
        break;
    }
  }
  for (size_t i = 0; i < dataset->count; i++) { /* items come sorted by role and type */
    const unet_item *item = &dataset->items[i], *before = i > 0 ? item - 1 : NULL;
    bool is_first = !before || before->role != item->role || strcmp(before->type, item->type) != 0;
    if (is_first && item->role != UNET_ITEM_GOOD_TEST) split_type(parts, items, dataset, item, options);
  }
}

static unet_status gather(size_t **list, size_t *count, const part *parts, size_t total, part wanted) {
  UNET_TRY(unet_alloc_array((void *)list, total, sizeof **list));
  for (size_t i = 0; i < total; i++) {
    if (parts[i] == wanted) (*list)[(*count)++] = i;
  }
  return UNET_OK;
}

static unet_status gather_all(unet_split *split, const part *parts, size_t total) {
  UNET_TRY(gather(&split->train, &split->n_train, parts, total, TRAIN));
  UNET_TRY(gather(&split->val, &split->n_val, parts, total, VAL));
  return gather(&split->select, &split->n_select, parts, total, SELECT);
}

static unet_status check_options(const unet_dataset *dataset, const unet_split_options *options) {
  if (!(options->val >= 0.0 && options->val <= 0.9))
    return unet_fail(UNET_USAGE, "--val %g makes no sense; give a share from 0 to 0.9", options->val);
  if (!(options->select >= 0.0 && options->select <= 0.9))
    return unet_fail(UNET_USAGE, "--select %g makes no sense; give a share from 0 to 0.9", options->select);
  size_t good = 0;
  for (size_t i = 0; i < dataset->count; i++) good += dataset->items[i].role == UNET_ITEM_GOOD_TRAIN;
  if (options->good <= good) return UNET_OK;
  if (dataset->masks_folder)
    return unet_fail(UNET_BAD_INPUT, "%s: image and mask folders have no train/good; leave --good out",
                     dataset->folder);
  return unet_fail(UNET_BAD_INPUT, "%s: train/good holds %zu pictures, not %zu; ask for fewer with --good",
                   dataset->folder, good, options->good);
}

unet_status unet_split_make(unet_split *out, const unet_dataset *dataset, const unet_split_options *options) {
  UNET_TRY(check_options(dataset, options));
  unet_split split = {0};
  part *parts = NULL;
  size_t *items = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&parts, dataset->count, sizeof *parts));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&items, dataset->count, sizeof *items));
  assign_parts(parts, items, dataset, options);
  UNET_TRY_GOTO(done, gather_all(&split, parts, dataset->count));
  if (split.n_train == 0) {
    status = unet_fail(UNET_BAD_INPUT,
                       "%s: no image is left to train on (%zu held out); add images or lower --val",
                       dataset->folder, split.n_val);
  }
done:
  free(parts);
  free(items);
  if (status != UNET_OK) {
    unet_split_free(&split);
    return status;
  }
  *out = split;
  return UNET_OK;
}

void unet_split_free(unet_split *split) {
  free(split->train);
  free(split->val);
  free(split->select);
  *split = (unet_split){0};
}
