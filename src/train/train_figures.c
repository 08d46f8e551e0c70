#include <stdlib.h>

#include "report/samples_figure.h"
#include "train/training.h"

static bool has_defect(const void *user, size_t index) {
  const unet_samples *samples = user;
  size_t pixels = samples->height * samples->width;
  for (size_t i = 0; i < pixels; i++) {
    if (samples->masks[index * pixels + i]) return true;
  }
  return false;
}

static unet_status load_best(unet_model **model, const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "best.safetensors"));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

static unet_status write_figures(const unet_training *t, unet_predictor *predictor) {
  size_t chosen[UNET_FIGURE_COLUMNS];
  const char *names[UNET_FIGURE_COLUMNS];
  char *folder = NULL;
  size_t n = unet_choose_samples(chosen, t->data.val.count, has_defect, &t->data.val);
  for (size_t i = 0; i < n; i++)
    names[i] = unet_dataset_item(t->data.dataset, t->data.split.val[chosen[i]])->name;
  UNET_TRY(unet_run_folder_file(&folder, &t->folder, "figures"));
  unet_status status = unet_samples_figures(folder, predictor, &t->data.val, chosen, names, n);
  free(folder);
  return status;
}

unet_status unet_train_figures(const unet_training *training) {
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = UNET_OK;
  if (training->data.val.count == 0) return UNET_OK;
  UNET_TRY_GOTO(done, load_best(&model, training));
  UNET_TRY_GOTO(done, unet_predictor_create(&predictor, training->device, model, 1));
  UNET_TRY_GOTO(done, write_figures(training, predictor));
done:
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  return status;
}
