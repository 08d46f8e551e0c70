#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"
#include "cli/model_argument.h"
#include "cli/scores_table.h"
#include "unetcl/evaluate.h"

typedef struct evaluate_command {
  unet_evaluate_options evaluate;
  const char *split, *compare, *platform, *device;
  bool json;
} evaluate_command;

static unet_status parse_split(unet_evaluate_split *out, const char *text) {
  static const char *const names[] = {"val", "train", "all"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(text, names[i]) != 0) continue;
    *out = (unet_evaluate_split)i;
    return UNET_OK;
  }
  return unet_fail(UNET_USAGE, "--split %s is unknown; use val, train or all", text);
}

static void print_note(void *user, const char *line) {
  (void)user;
  fprintf(stderr, "note: %s\n", line);
}

static unet_status print_json(const unet_evaluation *e, const unet_evaluation *other) {
  char *text = NULL;
  UNET_TRY(unet_evaluation_json(&text, e, other));
  puts(text);
  free(text);
  return UNET_OK;
}

/* Trained or chosen on, by the names in the model's own split. */
static void print_known(const char *model, const unet_evaluation *e) {
  size_t known = 0;
  for (size_t i = 0; i < e->n_images; i++) known += e->images[i].known;
  if (known == 0) return;
  fprintf(stderr, "note: %s was trained or chosen on %zu of these %zu images; its figures flatter it\n",
          model, known, e->n_images);
}

static unet_status print(const evaluate_command *command, const char *model, const unet_evaluation *e,
                         const unet_evaluation *other) {
  if (command->evaluate.split != UNET_EVALUATE_TRAIN) print_known(model, e);
  if (other) print_known(command->compare, other);
  if (command->json) return print_json(e, other);
  unet_print_scores(e);
  if (other) unet_print_comparison(e, model, other, command->compare);
  if (command->evaluate.out) printf("report.html and figures are in %s\n", command->evaluate.out);
  return UNET_OK;
}

/* On the images that the first model was evaluated on. */
static unet_status evaluate_other(unet_evaluation *out, const evaluate_command *command, unet_device *device,
                                  const unet_model *model) {
  unet_evaluate_options options = command->evaluate;
  unet_model *other = NULL;
  options.split_of = model;
  options.out = NULL;
  UNET_TRY(unet_model_argument_load(&other, command->compare));
  unet_status status = unet_evaluate(out, device, other, &options);
  unet_model_destroy(other);
  return status;
}

static unet_status evaluate(const evaluate_command *command, const char *model_path) {
  unet_model *model = NULL;
  unet_device *device = NULL;
  unet_evaluation result = {0}, other = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_check_data_options(&command->evaluate.data));
  UNET_TRY_GOTO(done, unet_model_argument_load(&model, model_path));
  UNET_TRY_GOTO(done, unet_device_open(&device, command->platform, command->device));
  unet_watch_interrupts();
  if (command->compare) UNET_TRY_GOTO(done, evaluate_other(&other, command, device, model));
  UNET_TRY_GOTO(done, unet_evaluate(&result, device, model, &command->evaluate));
  status = print(command, model_path, &result, command->compare ? &other : NULL);
done:
  unet_evaluation_free(&result);
  unet_evaluation_free(&other);
  unet_device_close(device);
  unet_model_destroy(model);
  return status;
}

unet_status unet_cmd_evaluate(int argc, char **argv) {
  evaluate_command command = {.split = "val",
                              .evaluate = {.data = unet_default_data_options(),
                                           .on_problem = unet_print_problem,
                                           .on_note = print_note,
                                           .stop = unet_was_interrupted}};
  const unet_option options[] = {
      UNET_DATA_OPTIONS(command.evaluate.data),
      {"split", UNET_OPTION_TEXT, &command.split, "PART", "val, train (as the model was trained), or all", 0,
       0},
      {"out", UNET_OPTION_TEXT, &command.evaluate.out, "DIR",
       "folder for report.html, comparison.png and overlay.png", 0, 0},
      {"tta", UNET_OPTION_FLAG, &command.evaluate.tta, NULL,
       "mean over mirrored and turned pictures: better, and 4 or 8 times slower", 0, 0},
      {"compare", UNET_OPTION_TEXT, &command.compare, "OTHER",
       "another model, put beside it on the same images", 0, 0},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print one JSON object", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "evaluate MODEL --data DIR [OPTIONS]",
      .about =
          "Measures a model on labelled pictures at their own sizes: Dice, IoU, precision and recall at its\n"
          "threshold, average precision, AUROC of pixels and images, AUPRO and calibration without one, for\n"
          "each defect type and in all. docs/metrics.md defines them.",
      .examples =
          "  unetcl evaluate runs/train/best.safetensors --data metal_nut --out report\n"
          "  unetcl evaluate best.safetensors --data other_parts --split all --json\n"
          "  unetcl evaluate new.safetensors --data metal_nut --compare old.safetensors",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .min_words = 1,
      .max_words = 1};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : parse_split(&command.evaluate.split, command.split);
  if (status == UNET_OK && !words.help) status = evaluate(&command, words.items[0]);
  unet_words_free(&words);
  return status;
}
