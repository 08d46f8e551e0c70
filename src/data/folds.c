#include "data/folds.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "data/split.h"

typedef struct dealing {
  unet_split_source source;
  const unet_fold_options *options;
  unet_part *parts; /* per item */
  size_t *fold_of;  /* per item; options->folds: held out by none */
  size_t *items;    /* room for all */
} dealing;

static unet_status check_type(const dealing *d, size_t count, const char *type) {
  if (d->options->folds <= count) return UNET_OK;
  return unet_fail(
      UNET_USAGE,
      "--folds %zu is more than the %zu images of type \"%s\" in %s; ask for fewer folds or leave "
      "the type out with --defects",
      d->options->folds, count, type, d->source.dataset->folder);
}

/* Deals the items of one kind out from fold `next` on. */
static size_t deal_items(dealing *d, size_t count, size_t next) {
  for (size_t i = 0; i < count; i++) d->fold_of[d->items[i]] = (next + i) % d->options->folds;
  return next + count;
}

/* The first fold that gets one is drawn as well: else the first folds would get what is left over of every
 * type. Empty masks are dealt out from where the others end, so that the whole type is spread evenly, too. */
static unet_status deal_type(dealing *d, unet_item_role role, const char *type) {
  const unet_part part = role == UNET_ITEM_LABELLED ? UNET_PART_TRAIN : UNET_PART_VAL;
  const uint64_t seed = d->options->seed;
  const size_t empty = unet_split_list(d->items, &d->source, d->parts, part, type, true);
  const size_t count = unet_split_list(d->items, &d->source, d->parts, part, type, false);
  if (role == UNET_ITEM_LABELLED) UNET_TRY(check_type(d, count + empty, type));
  unet_rng rng;
  unet_split_shuffle(&rng, d->items, count, seed, UNET_STREAM_FOLDS, type, false);
  const size_t next = deal_items(d, count, unet_rng_below(&rng, (uint32_t)d->options->folds));
  (void)unet_split_list(d->items, &d->source, d->parts, part, type, true);
  unet_split_shuffle(&rng, d->items, empty, seed, UNET_STREAM_FOLDS, type, true);
  (void)deal_items(d, empty, next);
  return UNET_OK;
}

static unet_status deal(dealing *d) {
  const unet_dataset *dataset = d->source.dataset;
  unet_split_start(d->parts, dataset, d->options->good, UNET_PART_VAL);
  for (size_t i = 0; i < dataset->count; i++) d->fold_of[i] = d->options->folds;
  for (size_t i = 0; i < dataset->count; i++) {
    const unet_item *item = &dataset->items[i];
    if (item->role != UNET_ITEM_GOOD_TRAIN && unet_split_first_of_type(dataset, i))
      UNET_TRY(deal_type(d, item->role, item->type));
  }
  return UNET_OK;
}

static unet_status make_fold(unet_split *out, dealing *d, size_t fold) {
  const unet_fold_options *options = d->options;
  const unet_dataset *dataset = d->source.dataset;
  unet_split_start(d->parts, dataset, options->good, UNET_PART_UNUSED);
  for (size_t i = 0; i < dataset->count; i++) {
    if (d->fold_of[i] == fold) d->parts[i] = UNET_PART_VAL;
  }
  unet_split_set_aside(d->parts, d->items, &d->source, options->select, options->seed);
  return unet_split_gather(out, d->parts, dataset->count);
}

static unet_status make_all(unet_split *folds, dealing *d) {
  const size_t count = d->source.dataset->count;
  UNET_TRY(unet_alloc_array((void *)&d->parts, count, sizeof *d->parts));
  UNET_TRY(unet_alloc_array((void *)&d->fold_of, count, sizeof *d->fold_of));
  UNET_TRY(unet_alloc_array((void *)&d->items, count, sizeof *d->items));
  UNET_TRY(deal(d));
  for (size_t k = 0; k < d->options->folds; k++) UNET_TRY(make_fold(&folds[k], d, k));
  return UNET_OK;
}

unet_status unet_folds_make(unet_split **out, const unet_dataset *dataset, const unet_fold_options *options) {
  dealing d = {.source.dataset = dataset, .options = options};
  unet_split *folds = NULL;
  bool *empty = NULL;
  if (options->folds < 2 || options->folds > dataset->count)
    return unet_fail(UNET_USAGE, "--folds %zu makes no sense with %zu images; give 2 or more, such as 5",
                     options->folds, dataset->count);
  UNET_TRY(unet_split_check(dataset, options->select, options->good));
  UNET_TRY(unet_alloc_array((void *)&folds, options->folds, sizeof *folds));
  unet_status status = unet_split_find_empty(&empty, dataset);
  d.source.empty = empty;
  if (status == UNET_OK) status = make_all(folds, &d);
  free(empty);
  free(d.parts);
  free(d.fold_of);
  free(d.items);
  if (status != UNET_OK) {
    unet_folds_free(folds, options->folds);
    return status;
  }
  *out = folds;
  return UNET_OK;
}

void unet_folds_free(unet_split *folds, size_t count) {
  for (size_t k = 0; folds && k < count; k++) unet_split_free(&folds[k]);
  free(folds);
}
