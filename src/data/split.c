/* Splitting a data set by a seed, type by type. */
#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* FNV-1a. A type's name starts its random numbers, so that its split does not depend on the types beside. */
static uint32_t hash_name(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 16777619u;
  return hash;
}

size_t unet_split_list(size_t *items, const unet_split_source *source, const unet_part *parts, unet_part part,
                       const char *type, bool empty) {
  const unet_dataset *dataset = source->dataset;
  size_t count = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    if (parts[i] == part && source->empty[i] == empty && strcmp(dataset->items[i].type, type) == 0)
      items[count++] = i;
  }
  return count;
}

void unet_split_shuffle(unet_rng *rng, size_t *items, size_t count, uint64_t seed, uint32_t stream,
                        const char *type, bool empty) {
  unet_rng_start(rng, seed, stream, hash_name(empty ? "good" : type));
  unet_rng_shuffle(rng, items, count);
}

bool unet_split_first_of_type(const unet_dataset *dataset, size_t index) {
  const unet_item *item = &dataset->items[index], *before = index > 0 ? item - 1 : NULL;
  return !before || before->role != item->role || strcmp(before->type, item->type) != 0;
}

static size_t share_of(size_t count, double share) {
  if (share <= 0.0) return 0;
  size_t rounded = (size_t)floor((double)count * share + 0.5);
  return rounded > 0 ? rounded : 1;
}

/* Moves a share of a type's images in TRAIN to another part, chosen by the seed; those with an empty mask by
 * themselves. `leave`: so many stay at least. */
typedef struct move {
  unet_part to;
  double share;
  size_t leave;
  uint64_t seed;
  uint32_t stream;
} move;

static void move_some(unet_part *parts, size_t *items, const unet_split_source *source, const char *type,
                      bool empty, const move *m) {
  unet_rng rng;
  const size_t total = unet_split_list(items, source, parts, UNET_PART_TRAIN, type, empty);
  size_t count = share_of(total, m->share);
  if (count + m->leave > total) count = total > m->leave ? total - m->leave : 0;
  unet_split_shuffle(&rng, items, total, m->seed, m->stream, type, empty);
  for (size_t i = 0; i < count; i++) parts[items[i]] = m->to;
}

static void move_of_types(unet_part *parts, size_t *items, const unet_split_source *source, bool good_too,
                          const move *m) {
  const unet_dataset *dataset = source->dataset;
  for (size_t i = 0; i < dataset->count; i++) {
    const unet_item *item = &dataset->items[i];
    const bool wanted = item->role == UNET_ITEM_LABELLED || (good_too && item->role == UNET_ITEM_GOOD_TRAIN);
    if (!wanted || !unet_split_first_of_type(dataset, i)) continue;
    move_some(parts, items, source, item->type, false, m);
    move_some(parts, items, source, item->type, true, m);
  }
}

void unet_split_set_aside(unet_part *parts, size_t *items, const unet_split_source *source, double select,
                          uint64_t seed) {
  const move aside = {
      .to = UNET_PART_SELECT, .share = select, .leave = 1, .seed = seed, .stream = UNET_STREAM_SELECT};
  move_of_types(parts, items, source, true, &aside);
}

void unet_split_start(unet_part *parts, const unet_dataset *dataset, size_t good, unet_part good_test) {
  for (size_t i = 0; i < dataset->count; i++) {
    switch (dataset->items[i].role) {
      case UNET_ITEM_LABELLED:
        parts[i] = UNET_PART_TRAIN;
        break;
      case UNET_ITEM_GOOD_TRAIN:
        parts[i] = good > 0 ? UNET_PART_TRAIN : UNET_PART_UNUSED;
        good -= good > 0;
        break;
      case UNET_ITEM_GOOD_TEST:
        parts[i] = good_test;
        break;
    }
  }
}

static unet_status gather(size_t **list, size_t *count, const unet_part *parts, size_t total,
                          unet_part wanted) {
  UNET_TRY(unet_alloc_array((void *)list, total, sizeof **list));
  for (size_t i = 0; i < total; i++) {
    if (parts[i] == wanted) (*list)[(*count)++] = i;
  }
  return UNET_OK;
}

unet_status unet_split_gather(unet_split *out, const unet_part *parts, size_t total) {
  unet_split split = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, gather(&split.train, &split.n_train, parts, total, UNET_PART_TRAIN));
  UNET_TRY_GOTO(done, gather(&split.val, &split.n_val, parts, total, UNET_PART_VAL));
  UNET_TRY_GOTO(done, gather(&split.select, &split.n_select, parts, total, UNET_PART_SELECT));
  *out = split;
done:
  if (status != UNET_OK) unet_split_free(&split);
  return status;
}

unet_status unet_split_check(const unet_dataset *dataset, double select, size_t good) {
  if (!(select >= 0.0 && select <= 0.9))
    return unet_fail(UNET_USAGE, "--select %g makes no sense; give a share from 0 to 0.9", select);
  size_t there = 0;
  for (size_t i = 0; i < dataset->count; i++) there += dataset->items[i].role == UNET_ITEM_GOOD_TRAIN;
  if (good <= there) return UNET_OK;
  if (dataset->masks_folder)
    return unet_fail(UNET_BAD_INPUT, "%s: image and mask folders have no train/good; leave --good out",
                     dataset->folder);
  return unet_fail(UNET_BAD_INPUT, "%s: train/good holds %zu pictures, not %zu; ask for fewer with --good",
                   dataset->folder, there, good);
}

static unet_status make_parts(unet_split *split, unet_part *parts, size_t *items,
                              const unet_split_source *source, const unet_split_options *options) {
  const unet_dataset *dataset = source->dataset;
  const move hold_out = {
      .to = UNET_PART_VAL, .share = options->val, .seed = options->seed, .stream = UNET_STREAM_SPLIT};
  unet_split_start(parts, dataset, options->good, UNET_PART_VAL);
  move_of_types(parts, items, source, false, &hold_out);
  unet_split_set_aside(parts, items, source, options->select, options->seed);
  UNET_TRY(unet_split_gather(split, parts, dataset->count));
  if (split->n_train > 0) return UNET_OK;
  return unet_fail(UNET_BAD_INPUT,
                   "%s: no image is left to train on (%zu held out); add images or lower --val",
                   dataset->folder, split->n_val);
}

unet_status unet_split_make(unet_split *out, const unet_dataset *dataset, const unet_split_options *options) {
  unet_split split = {0};
  unet_part *parts = NULL;
  size_t *items = NULL;
  bool *empty = NULL;
  unet_status status = UNET_OK;
  if (!(options->val >= 0.0 && options->val <= 0.9))
    return unet_fail(UNET_USAGE, "--val %g makes no sense; give a share from 0 to 0.9", options->val);
  UNET_TRY(unet_split_check(dataset, options->select, options->good));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&parts, dataset->count, sizeof *parts));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&items, dataset->count, sizeof *items));
  UNET_TRY_GOTO(done, unet_split_find_empty(&empty, dataset));
  UNET_TRY_GOTO(done, make_parts(&split, parts, items, &(unet_split_source){dataset, empty}, options));
  *out = split;
done:
  free(empty);
  free(parts);
  free(items);
  if (status != UNET_OK) unet_split_free(&split);
  return status;
}

void unet_split_free(unet_split *split) {
  free(split->train);
  free(split->val);
  free(split->select);
  *split = (unet_split){0};
}
