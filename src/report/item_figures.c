#include "report/item_figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/dataset.h"
#include "data/resize.h"
#include "metrics/metrics.h"

size_t unet_choose_items(size_t chosen[UNET_FIGURE_COLUMNS], size_t count,
                         bool (*has_defect)(const void *user, size_t index), const void *user) {
  size_t with_defect = 0;
  for (size_t i = 0; i < count; i++) with_defect += has_defect(user, i);
  size_t total = with_defect ? with_defect : count, seen = 0, taken = 0;
  size_t n = total < UNET_FIGURE_COLUMNS ? total : UNET_FIGURE_COLUMNS;
  for (size_t i = 0; i < count && taken < n; i++) {
    if (with_defect && !has_defect(user, i)) continue;
    if (seen++ == taken * total / n) chosen[taken++] = i;
  }
  return taken;
}

/* What is drawn of an item; `shown` points into the rest. */
typedef struct drawn {
  unet_figure_item shown;
  uint16_t *image;
  float *probability;
  uint8_t *truth;
} drawn;

static void drop(drawn *items, size_t n) {
  for (size_t i = 0; i < n; i++) {
    free(items[i].image);
    free(items[i].probability);
    free(items[i].truth);
  }
}

/* Of the hard mask; negative where neither has a pixel. */
static double dice_at(const float *probability, const uint8_t *truth, size_t pixels, float threshold) {
  unet_pixel_counts counts = unet_count_above(probability, threshold, truth, pixels);
  return counts.tp + counts.fp + counts.fn ? unet_dice_of(counts) : -1.0;
}

/* *out = the picture's probability at its own size; the caller frees it. */
static unet_status predict(float **out, unet_predictor *predictor, const unet_image *image) {
  const size_t pixels = image->height * image->width;
  uint16_t *map = NULL;
  UNET_TRY(unet_alloc_array((void *)out, pixels, sizeof **out));
  UNET_TRY(unet_alloc_array((void *)&map, pixels, sizeof *map));
  unet_status status = unet_predictor_image(predictor, image, map);
  for (size_t i = 0; i < pixels && status == UNET_OK; i++) (*out)[i] = (float)map[i] / 65535.0f;
  free(map);
  return status;
}

/* Fills what is drawn, at the size that `shown` has. */
static unet_status fill(drawn *item, unet_predictor *predictor, const unet_image *image,
                        const unet_mask *mask) {
  unet_figure_item *shown = &item->shown;
  const size_t pixels = shown->height * shown->width, own = image->height * image->width;
  uint8_t *truth = NULL;
  float *map = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&truth, own, 1));
  if (mask->values) memcpy(truth, mask->values, own);
  UNET_TRY_GOTO(done, predict(&map, predictor, image));
  shown->threshold = unet_predictor_threshold(predictor);
  shown->dice = dice_at(map, truth, own, shown->threshold);
  shown->channels = image->channels;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&item->image, pixels * image->channels, sizeof *item->image));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&item->probability, pixels, sizeof *item->probability));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&item->truth, pixels, 1));
  UNET_TRY_GOTO(done, unet_image_to_planes(item->image, image->channels, shown->height, shown->width, image));
  UNET_TRY_GOTO(done, unet_resize_planes(item->probability, shown->height, shown->width, map, image->height,
                                         image->width, 1));
  UNET_TRY_GOTO(
      done, unet_resize_mask(item->truth, shown->height, shown->width, truth, image->height, image->width));
  shown->image = item->image;
  shown->probability = item->probability;
  shown->truth = item->truth;
done:
  free(truth);
  free(map);
  return status;
}

static unet_status read_and_fill(drawn *item, unet_predictor *predictor, const unet_dataset *dataset,
                                 size_t index) {
  unet_image image = {0};
  unet_mask mask = {0};
  unet_status status = unet_item_read_again(&image, &mask, dataset, index);
  if (status == UNET_OK) status = fill(item, predictor, &image, &mask);
  unet_image_free(&image);
  unet_mask_free(&mask);
  return status;
}

static unet_status draw(const char *folder, const char *name, const unet_figure_item *items, size_t n,
                        unet_status (*figure)(const char *, const unet_figure_item *, size_t)) {
  char *path = NULL;
  UNET_TRY(unet_path_join(&path, folder, name));
  unet_status status = figure(path, items, n);
  free(path);
  return status;
}

unet_status unet_item_figures(const char *folder, unet_predictor *predictor, const unet_dataset *dataset,
                              const size_t *indices, size_t n, size_t height, size_t width) {
  drawn items[UNET_FIGURE_COLUMNS] = {0};
  unet_figure_item shown[UNET_FIGURE_COLUMNS];
  unet_status status = UNET_OK;
  for (size_t i = 0; i < n; i++) {
    items[i].shown = (unet_figure_item){
        .height = height, .width = width, .name = unet_dataset_item(dataset, indices[i])->name};
    UNET_TRY_GOTO(done, read_and_fill(&items[i], predictor, dataset, indices[i]));
    shown[i] = items[i].shown;
  }
  UNET_TRY_GOTO(done, unet_make_folders(folder));
  UNET_TRY_GOTO(done, draw(folder, "comparison.png", shown, n, unet_figure_comparison));
  UNET_TRY_GOTO(done, draw(folder, "overlay.png", shown, n, unet_figure_overlay));
done:
  drop(items, n);
  return status;
}
