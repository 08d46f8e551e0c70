#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "report/figure.h"
#include "run/predictor.h"
#include "train/training.h"

enum { MOST_ITEMS = UNET_FIGURE_COLUMNS };

static bool has_defect(const unet_samples *samples, size_t index) {
  size_t pixels = samples->height * samples->width;
  for (size_t i = 0; i < pixels; i++) {
    if (samples->masks[index * pixels + i]) return true;
  }
  return false;
}

/* Chooses up to `most` held-out images: spread evenly over those with a defect (they come sorted by type);
 * where there are none, over all. */
static size_t choose(size_t chosen[MOST_ITEMS], const unet_samples *samples, size_t *room) {
  size_t count = 0;
  for (size_t i = 0; i < samples->count; i++) {
    if (has_defect(samples, i)) room[count++] = i;
  }
  for (size_t i = 0; count == 0 && i < samples->count; i++) room[i] = i;
  if (count == 0) count = samples->count;
  size_t n = count < MOST_ITEMS ? count : MOST_ITEMS;
  for (size_t i = 0; i < n; i++) chosen[i] = room[i * count / n];
  return n;
}

/* Of the hard mask; negative where neither has a pixel. */
static double dice_of(const float *probability, const uint8_t *truth, size_t pixels, float threshold) {
  size_t both = 0, sum = 0;
  for (size_t i = 0; i < pixels; i++) {
    bool predicted = probability[i] > threshold, real = truth[i] != 0;
    both += predicted && real;
    sum += (size_t)predicted + (size_t)real;
  }
  return sum ? 2.0 * (double)both / (double)sum : -1.0;
}

/* Runs the model on the chosen samples; items[i] shows the i-th with its map in `maps`. */
static unet_status fill_items(unet_figure_item *items, float *maps, const unet_training *t,
                              const unet_model *model, const size_t *chosen, size_t n) {
  const unet_samples *samples = &t->data.val;
  size_t pixels = samples->height * samples->width, values = pixels * samples->channels;
  unet_predictor *predictor = NULL;
  UNET_TRY(unet_predictor_create(&predictor, t->device, model, 1));
  unet_status status = UNET_OK;
  for (size_t i = 0; i < n && status == UNET_OK; i++) {
    size_t index = chosen[i];
    unet_figure_item *item = &items[i];
    *item = (unet_figure_item){.image = samples->images + index * values,
                               .channels = samples->channels,
                               .height = samples->height,
                               .width = samples->width,
                               .probability = maps + i * pixels,
                               .truth = samples->masks + index * pixels,
                               .name = unet_dataset_item(t->data.dataset, t->data.split.val[index])->name,
                               .threshold = unet_model_threshold(model)};
    status = unet_predictor_run(predictor, item->image, 1, maps + i * pixels);
    item->dice = dice_of(item->probability, item->truth, pixels, item->threshold);
  }
  unet_predictor_destroy(predictor);
  return status;
}

typedef unet_status (*draw_fn)(const char *path, const unet_figure_item *items, size_t count);

static unet_status draw(const unet_training *t, const char *name, draw_fn figure,
                        const unet_figure_item *items, size_t count) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, name));
  unet_status status = figure(path, items, count);
  free(path);
  return status;
}

static unet_status draw_all(const unet_training *t, const unet_figure_item *items, size_t count) {
  char *folder = NULL;
  UNET_TRY(unet_run_folder_file(&folder, &t->folder, "figures"));
  unet_status status = unet_make_folders(folder);
  free(folder);
  UNET_TRY(status);
  UNET_TRY(draw(t, "figures/comparison.png", unet_figure_comparison, items, count));
  return draw(t, "figures/overlay.png", unet_figure_overlay, items, count);
}

static unet_status load_best(unet_model **model, const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "best.safetensors"));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

unet_status unet_train_figures(const unet_training *training) {
  const unet_samples *samples = &training->data.val;
  unet_figure_item items[MOST_ITEMS];
  size_t chosen[MOST_ITEMS], *room = NULL, n = 0;
  unet_model *model = NULL;
  float *maps = NULL;
  unet_status status = UNET_OK;
  if (samples->count == 0) return UNET_OK;
  UNET_TRY_GOTO(done, load_best(&model, training));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&room, samples->count, sizeof *room));
  UNET_TRY_GOTO(done,
                unet_alloc_array((void *)&maps, MOST_ITEMS * samples->height * samples->width, sizeof *maps));
  n = choose(chosen, samples, room);
  UNET_TRY_GOTO(done, fill_items(items, maps, training, model, chosen, n));
  UNET_TRY_GOTO(done, draw_all(training, items, n));
done:
  unet_model_destroy(model);
  free(room);
  free(maps);
  return status;
}
