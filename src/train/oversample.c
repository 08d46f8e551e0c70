#include "train/oversample.h"

#include <stdbool.h>
#include <string.h>

/* Images of the item's type among those listed; 0 for a good image, which has no mask. */
static size_t of_its_type(const unet_dataset *dataset, const size_t *indices, size_t count, size_t index) {
  const unet_item *item = unet_dataset_item(dataset, index);
  size_t same = 0;
  if (!item->mask) return 0;
  for (size_t i = 0; i < count; i++) {
    const unet_item *other = unet_dataset_item(dataset, indices[i]);
    same += other->mask && strcmp(other->type, item->type) == 0;
  }
  return same;
}

void unet_oversample(size_t *times, const unet_dataset *dataset, const size_t *indices, size_t count,
                     size_t most) {
  size_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    times[i] = of_its_type(dataset, indices, count, indices[i]);
    if (times[i] > largest) largest = times[i];
  }
  for (size_t i = 0; i < count; i++) {
    const size_t wanted = times[i] ? largest / times[i] : 1;
    times[i] = most < 1 ? 1 : wanted < most ? wanted : most;
  }
}
