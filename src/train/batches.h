/* Batches of samples as the device takes them. */
#ifndef UNETCL_TRAIN_BATCHES_H
#define UNETCL_TRAIN_BATCHES_H

#include <stdbool.h>

#include "base/error.h"
#include "data/samples.h"

/* Floats in [0,1] and 0 or 1; valid until the next batch is asked for. */
typedef struct unet_batch {
  size_t n;
  const float *images;  /* (n, channels, height, width) */
  const float *targets; /* (n, 1, height, width) */
} unet_batch;

typedef struct unet_batches {
  const unet_samples *samples;
  size_t size; /* images in a batch; the last one may have fewer */
  size_t *order;
  size_t next; /* in `order` */
  float *images, *targets;
} unet_batches;

/* The samples must outlive the batches. Release with unet_batches_free. */
unet_status unet_batches_make(unet_batches *out, const unet_samples *samples, size_t size);
void unet_batches_free(unet_batches *batches);

/* How many batches a pass over the samples has. */
size_t unet_batches_count(const unet_batches *batches);

/* Starts a pass in the samples' order, or in that of this epoch: it depends on seed and epoch alone, so
 * that a resumed run needs nothing else. */
void unet_batches_start(unet_batches *batches);
void unet_batches_start_epoch(unet_batches *batches, uint64_t seed, size_t epoch);

/* The next batch of the pass; false at its end. */
bool unet_batches_next(unet_batches *batches, unet_batch *out);

#endif
