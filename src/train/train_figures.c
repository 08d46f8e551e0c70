#include <stdlib.h>

#include "base/alloc.h"
#include "report/samples_figure.h"
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

static unet_status load_best(unet_model **model, const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "best.safetensors"));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

static unet_status write_figures(const unet_training *t, const unet_model *model, const size_t *chosen,
                                 size_t n) {
  const char *names[MOST_ITEMS];
  char *folder = NULL;
  for (size_t i = 0; i < n; i++)
    names[i] = unet_dataset_item(t->data.dataset, t->data.split.val[chosen[i]])->name;
  UNET_TRY(unet_run_folder_file(&folder, &t->folder, "figures"));
  unet_status status = unet_samples_figures(folder, t->device, model, &t->data.val, chosen, names, n);
  free(folder);
  return status;
}

unet_status unet_train_figures(const unet_training *training) {
  const unet_samples *samples = &training->data.val;
  size_t chosen[MOST_ITEMS], *room = NULL;
  unet_model *model = NULL;
  if (samples->count == 0) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&room, samples->count, sizeof *room));
  size_t n = choose(chosen, samples, room);
  free(room);
  UNET_TRY(load_best(&model, training));
  unet_status status = write_figures(training, model, chosen, n);
  unet_model_destroy(model);
  return status;
}
