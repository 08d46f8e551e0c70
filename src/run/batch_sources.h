/* What the device augments into a batch: samples as they are, or windows of pictures at their own scale. */
#ifndef UNETCL_RUN_BATCH_SOURCES_H
#define UNETCL_RUN_BATCH_SOURCES_H

#include "data/pictures.h"
#include "run/augmenter.h"

/* Starts zeroed. */
typedef struct unet_batch_sources {
  const unet_augment_options *augment; /* NULL: nothing is augmented */
  const unet_samples *samples;         /* size and channels of what the network gets */
  const unet_pictures *pictures;       /* NULL: the samples themselves are the sources */
  size_t room;                         /* pixels that a source may have */
  uint16_t *images;
  uint8_t *masks;
  unet_augmentation *items;
} unet_batch_sources;

/* Room for `batch` images. What is pointed to must outlive the sources. */
unet_status unet_batch_sources_make(unet_batch_sources *out, const unet_samples *samples,
                                    const unet_pictures *pictures, const unet_augment_options *augment,
                                    size_t batch);
void unet_batch_sources_free(unet_batch_sources *sources);

/* Makes sample or picture `index` the source of the batch's image `position`, and draws what is done to it.
 * Of a picture it is a window at its own scale: half of them near one of its defect pixels, where it has any,
 * the others anywhere. */
void unet_batch_sources_fill(unet_batch_sources *sources, size_t position, size_t index, const unet_lot *lot);

/* The first n of the batch. */
unet_source_batch unet_batch_sources_get(const unet_batch_sources *sources, size_t n);

#endif
