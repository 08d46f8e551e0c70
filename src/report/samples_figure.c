#include "report/samples_figure.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "metrics/metrics.h"

size_t unet_choose_samples(size_t chosen[UNET_FIGURE_COLUMNS], size_t count,
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

/* Of the hard mask; negative where neither has a pixel. */
static double dice_at(const float *probability, const uint8_t *truth, size_t pixels, float threshold) {
  unet_pixel_counts counts = unet_count_above(probability, threshold, truth, pixels);
  return counts.tp + counts.fp + counts.fn ? unet_dice_of(counts) : -1.0;
}

/* items[i] shows sample chosen[i], its map in the i-th part of `maps`. */
static unet_status fill_items(unet_figure_item *items, float *maps, unet_predictor *predictor,
                              const unet_samples *samples, const size_t *chosen, size_t n) {
  float threshold = unet_predictor_threshold(predictor);
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  for (size_t i = 0; i < n; i++) {
    unet_figure_item *item = &items[i];
    *item = (unet_figure_item){.image = samples->images + chosen[i] * values,
                               .channels = samples->channels,
                               .height = samples->height,
                               .width = samples->width,
                               .probability = maps + i * pixels,
                               .truth = samples->masks + chosen[i] * pixels,
                               .threshold = threshold};
    UNET_TRY(unet_predictor_run(predictor, item->image, 1, maps + i * pixels));
    item->dice = dice_at(item->probability, item->truth, pixels, threshold);
  }
  return UNET_OK;
}

static unet_status draw(const char *folder, const char *name, const unet_figure_item *items, size_t n,
                        unet_status (*figure)(const char *, const unet_figure_item *, size_t)) {
  char *path = NULL;
  UNET_TRY(unet_path_join(&path, folder, name));
  unet_status status = figure(path, items, n);
  free(path);
  return status;
}

unet_status unet_samples_figures(const char *folder, unet_predictor *predictor, const unet_samples *samples,
                                 const size_t *chosen, const char *const *names, size_t n) {
  unet_figure_item items[UNET_FIGURE_COLUMNS];
  float *maps = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&maps, n * samples->height * samples->width, sizeof *maps));
  UNET_TRY_GOTO(done, fill_items(items, maps, predictor, samples, chosen, n));
  for (size_t i = 0; i < n; i++) items[i].name = names[i];
  UNET_TRY_GOTO(done, unet_make_folders(folder));
  UNET_TRY_GOTO(done, draw(folder, "comparison.png", items, n, unet_figure_comparison));
  UNET_TRY_GOTO(done, draw(folder, "overlay.png", items, n, unet_figure_overlay));
done:
  free(maps);
  return status;
}
