/* Batches of samples as the device takes them. */
#ifndef UNETCL_TRAIN_BATCHES_H
#define UNETCL_TRAIN_BATCHES_H

#include <stdbool.h>

#include "base/error.h"
#include "data/samples.h"
#include "run/augmenter.h"

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
  size_t size; /* images in a batch; the last one may have fewer */
  size_t *order;
  size_t next; /* in `order` */
  float *images, *targets;
  const unet_augment_options *augment; /* NULL: none */
  uint64_t seed;                       /* of the epoch in hand, as the next */
  size_t epoch;
  uint16_t *source_images;
  uint8_t *source_masks;
  unet_augmentation *items;
} unet_batches;

/* The samples must outlive the batches. Release with unet_batches_free. */
unet_status unet_batches_make(unet_batches *out, const unet_samples *samples, size_t size);
void unet_batches_free(unet_batches *batches);

/* From now on all batches are to be augmented; the options must outlive them. */
unet_status unet_batches_augment(unet_batches *batches, const unet_augment_options *options);

/* How many batches a pass over the samples has. */
size_t unet_batches_count(const unet_batches *batches);

/* Starts a pass in the samples' order, or in that of this epoch: it depends on seed and epoch alone, so
 * that a resumed run needs nothing else. */
void unet_batches_start(unet_batches *batches);
void unet_batches_start_epoch(unet_batches *batches, uint64_t seed, size_t epoch);

/* The next batch of the pass; false at its end. */
bool unet_batches_next(unet_batches *batches, unet_batch *out);

#endif
