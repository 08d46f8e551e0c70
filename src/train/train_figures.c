#include <stdlib.h>

#include "report/item_figures.h"
#include "train/training.h"

static bool has_defect(const void *user, size_t index) {
  const unet_train_data *data = user;
  return data->val_defects[index] > 0;
}

static unet_status load_best(unet_model **model, const unet_training *t) {
  char *path = NULL;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "best.safetensors"));
  unet_status status = unet_model_load(model, path);
  free(path);
  return status;
}

static unet_status write_figures(const unet_training *t, unet_predictor *predictor) {
  const unet_architecture *a = &t->options->architecture;
  size_t chosen[UNET_FIGURE_COLUMNS];
  char *folder = NULL;
  size_t n = unet_choose_items(chosen, t->data.split.n_val, has_defect, &t->data);
  for (size_t i = 0; i < n; i++) chosen[i] = t->data.split.val[chosen[i]];
  UNET_TRY(unet_run_folder_file(&folder, &t->folder, "figures"));
  unet_status status = unet_item_figures(folder, predictor, t->data.dataset, chosen, n, a->height, a->width);
  free(folder);
  return status;
}

unet_status unet_train_figures(const unet_training *training) {
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = UNET_OK;
  if (training->data.split.n_val == 0) return UNET_OK;
  UNET_TRY_GOTO(done, load_best(&model, training));
  UNET_TRY_GOTO(done, unet_predictor_create(&predictor, training->device, model, 1));
  UNET_TRY_GOTO(done, write_figures(training, predictor));
done:
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  return status;
}
