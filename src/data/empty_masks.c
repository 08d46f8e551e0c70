/* Which images of two folders are good: MVTec data says it by its folders, here only the masks do. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "data/dataset.h"
#include "data/split.h"

typedef struct reading {
  const unet_dataset *dataset;
  bool *empty;
} reading;

/* What cannot be read is told as a problem when the images are. */
static unet_status read_one(void *user, size_t index) {
  const reading *work = user;
  unet_mask mask = {0};
  const unet_status status =
      unet_mask_read(&mask, work->dataset->items[index].mask, work->dataset->mask_threshold);
  if (status == UNET_BAD_INPUT) return UNET_OK;
  UNET_TRY(status);
  work->empty[index] = !memchr(mask.values, 1, mask.width * mask.height);
  unet_mask_free(&mask);
  return UNET_OK;
}

unet_status unet_split_find_empty(bool **out, const unet_dataset *dataset) {
  reading work = {.dataset = dataset};
  UNET_TRY(unet_alloc_array((void *)&work.empty, dataset->count, sizeof *work.empty));
  unet_status status = dataset->masks_folder ? unet_parallel_for(dataset->count, read_one, &work) : UNET_OK;
  if (status != UNET_OK) {
    free(work.empty);
    return status;
  }
  *out = work.empty;
  return UNET_OK;
}
