/* What a finished run shows: the best model on the held-out images, as figures and as a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "report/report_scores.h"
#include "report/report_settings.h"
#include "train/evaluate_images.h"
#include "train/training.h"

static unet_status start_report(unet_report **out, const unet_training *t, const unet_model *model) {
  char title[512];
  (void)snprintf(title, sizeof title, "Training %s", t->folder.path);
  const unet_report_options options = {.title = title,
                                       .threshold = unet_model_threshold(model),
                                       .min_area = unet_model_min_area(model),
                                       .has_truth = true};
  return unet_report_create(out, &options);
}

static unet_status add_log(unet_report *report, const unet_training *t) {
  char *path = NULL, *text = NULL;
  size_t size = 0;
  UNET_TRY(unet_run_folder_file(&path, &t->folder, "log.csv"));
  unet_status status = unet_read_file(&text, &size, path);
  if (status == UNET_OK) status = unet_report_add_log(report, NULL, t->progress.best_epoch, text);
  free(text);
  free(path);
  return status;
}

static unet_status add_settings(unet_report *report, const unet_training *t, const unet_model *model) {
  static const char run[] = "Run";
  const unet_train_options *options = t->options;
  const unet_split *split = &t->data.split;
  UNET_TRY(unet_report_add_setting(report, run, "Folder", t->folder.path));
  UNET_TRY(unet_report_add_data(report, run, &options->data));
  UNET_TRY(unet_report_add_setting(report, run, "Split",
                                   options->split_file ? options->split_file : "by the seed"));
  UNET_TRY(unet_report_add_setting_of(report, run, "Pictures",
                                      "%zu to train on, %zu held out, %zu to choose on", split->n_train,
                                      split->n_val, split->n_select));
  UNET_TRY(unet_report_add_setting_of(report, run, "Epochs", "%zu trained; the model is that of epoch %zu",
                                      t->progress.epoch, t->progress.best_epoch));
  UNET_TRY(unet_report_add_model(report, model));
  return unet_report_add_program(report, t->device);
}

static unet_status evaluate(unet_training *t, const unet_model *model, unet_report *report) {
  char *figures = NULL;
  UNET_TRY(unet_run_folder_file(&figures, &t->folder, "figures"));
  const unet_evaluate_options options = {.data = t->options->data,
                                         .split = UNET_EVALUATE_VAL,
                                         .out = figures,
                                         .stop = t->callbacks->stop,
                                         .user = t->callbacks->user};
  unet_status status = unet_evaluate_images(&t->held_out, t->device, model, &options, report);
  free(figures);
  return status;
}

unet_status unet_train_report(unet_training *training) {
  unet_model *model = NULL;
  unet_report *report = NULL;
  unet_status status = UNET_OK;
  if (training->data.split.n_val == 0) return UNET_OK;
  UNET_TRY_GOTO(done, unet_training_best(&model, training));
  UNET_TRY_GOTO(done, start_report(&report, training, model));
  UNET_TRY_GOTO(done, add_settings(report, training, model));
  UNET_TRY_GOTO(done, add_log(report, training));
  UNET_TRY_GOTO(done, evaluate(training, model, report));
  status = unet_report_write_in(report, training->folder.path);
done:
  unet_report_destroy(report);
  unet_model_destroy(model);
  return status;
}
