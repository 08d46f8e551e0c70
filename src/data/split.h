/* What splits and folds are made with: each item of a data set gets a part, type by type, and in folders of
 * images and masks the good images of the one type there apart from those with a defect. */
#ifndef UNETCL_DATA_SPLIT_H
#define UNETCL_DATA_SPLIT_H

#include "base/rng.h"
#include "data/dataset.h"

typedef enum unet_part { UNET_PART_UNUSED, UNET_PART_TRAIN, UNET_PART_VAL, UNET_PART_SELECT } unet_part;

/* *out = for each item whether its mask has no pixel, released with free. All masks of image and mask
 * folders are read for it, on all cores; elsewhere the type says what is good, and all is false. */
unet_status unet_split_find_empty(bool **out, const unet_dataset *dataset);

/* What is dealt out. */
typedef struct unet_split_source {
  const unet_dataset *dataset;
  const bool *empty; /* of each item, see above */
} unet_split_source;

/* UNET_USAGE for a share that makes no sense, UNET_BAD_INPUT for more of train/good than there is. */
unet_status unet_split_check(const unet_dataset *dataset, double select, size_t good);

/* The parts (one per item) before anything is held out: labelled images and the first `good` of train/good
 * train, the others of them are unused, and test/good gets `good_test`. */
void unet_split_start(unet_part *parts, const unet_dataset *dataset, size_t good, unet_part good_test);

/* Whether the item is the first of its role and type; items come sorted by these. */
bool unet_split_first_of_type(const unet_dataset *dataset, size_t index);

/* Lists the items of a type that are in `part` and whose masks are all empty, or all not, in ascending order;
 * returns how many. */
size_t unet_split_list(size_t *items, const unet_split_source *source, const unet_part *parts, unet_part part,
                       const char *type, bool empty);

/* Shuffles them by the seed, the stream (see rng.h) and the name of the type ("good" for empty masks) alone.
 * `rng` is started here and may be used on. */
void unet_split_shuffle(unet_rng *rng, size_t *items, size_t count, uint64_t seed, uint32_t stream,
                        const char *type, bool empty);

/* Moves the share `select` of each type's training images to UNET_PART_SELECT: one at least, where that
 * leaves another; 0: none. `items` is room for all. */
void unet_split_set_aside(unet_part *parts, size_t *items, const unet_split_source *source, double select,
                          uint64_t seed);

/* *out = the parts as lists. */
unet_status unet_split_gather(unet_split *out, const unet_part *parts, size_t total);

#endif
