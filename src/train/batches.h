/* Batches of samples as the device takes them. */
#ifndef UNETCL_TRAIN_BATCHES_H
#define UNETCL_TRAIN_BATCHES_H

#include <stdbool.h>

#include "base/error.h"
#include "run/batch_sources.h"

/* Valid until the next batch is asked for. Either floats in [0,1] and 0 or 1, or what the device augments
 * into them. */
typedef struct unet_batch {
  size_t n;
  const float *images;  /* (n, channels, height, width) */
  const float *targets; /* (n, 1, height, width) */
  bool is_augmented;
  unet_source_batch sources;
} unet_batch;

typedef struct unet_batches {
  const unet_samples *samples;
  size_t size;          /* images in a batch; the last one may have fewer */
  size_t *list, length; /* what a pass shows: samples, or pictures where windows are cut from those */
  size_t *order;        /* the same in the order of the pass in hand */
  size_t next;          /* in `order` */
  float *images, *targets;
  unet_batch_sources sources;
  uint64_t seed; /* of the epoch in hand, as the next */
  size_t epoch;
} unet_batches;

/* A pass shows each sample once. The samples must outlive the batches. Release with unet_batches_free. */
unet_status unet_batches_make(unet_batches *out, const unet_samples *samples, size_t size);
void unet_batches_free(unet_batches *batches);

/* From now on all batches are to be augmented; the options must outlive them. With `pictures`, windows of
 * the samples' size are cut from those instead. */
unet_status unet_batches_augment(unet_batches *batches, const unet_augment_options *options,
                                 const unet_pictures *pictures);

/* From now on a pass shows sample or picture i times[i] times, i < count. */
unet_status unet_batches_repeat(unet_batches *batches, const size_t *times, size_t count);

/* How many batches a pass has. */
size_t unet_batches_count(const unet_batches *batches);

/* Starts a pass in the samples' order, or in that of this epoch: it depends on seed and epoch alone, so
 * that a resumed run needs nothing else. */
void unet_batches_start(unet_batches *batches);
void unet_batches_start_epoch(unet_batches *batches, uint64_t seed, size_t epoch);

/* The next batch of the pass; false at its end. */
bool unet_batches_next(unet_batches *batches, unet_batch *out);

#endif
