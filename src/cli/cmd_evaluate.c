#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"
#include "unetcl/evaluate.h"

typedef struct evaluate_command {
  unet_evaluate_options evaluate;
  const char *split, *platform, *device;
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

static json_t *scores_as_json(const unet_scores *s, double threshold) {
  return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "dice", s->dice, "dice_mean", s->dice_mean, "iou",
                   s->iou, "precision", s->precision, "recall", s->recall, "threshold", threshold, "images",
                   (json_int_t)s->images);
}

static unet_status print_json(const unet_evaluation *e) {
  json_t *all = scores_as_json(&e->all, (double)e->threshold), *types = json_object();
  int failed = !all || !types;
  for (size_t i = 0; i < e->n_types && !failed; i++) {
    failed = json_object_set_new(types, e->types[i].type,
                                 scores_as_json(&e->types[i].scores, (double)e->threshold));
  }
  if (!failed) failed = json_object_set(all, "per_type", types);
  char *text = failed ? NULL : json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
  json_decref(all);
  json_decref(types);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  puts(text);
  free(text);
  return UNET_OK;
}

static void print_row(const char *type, const unet_scores *s) {
  printf("%-16s%8zu%10.4f%12.4f%10.4f%12.4f%10.4f\n", type, s->images, s->dice, s->dice_mean, s->iou,
         s->precision, s->recall);
}

static void print_table(const unet_evaluation *e) {
  printf("%-16s%8s%10s%12s%10s%12s%10s\n", "type", "images", "dice", "mean dice", "iou", "precision",
         "recall");
  for (size_t i = 0; i < e->n_types; i++) print_row(e->types[i].type, &e->types[i].scores);
  print_row("all", &e->all);
  printf("over all pixels at the images' own sizes; defect where the probability exceeds %.2f\n",
         (double)e->threshold);
}

static unet_status evaluate(const evaluate_command *command, const char *model_path) {
  unet_model *model = NULL;
  unet_device *device = NULL;
  unet_evaluation result = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_check_data_options(&command->evaluate.data));
  UNET_TRY_GOTO(done, unet_model_load(&model, model_path));
  UNET_TRY_GOTO(done, unet_device_open(&device, command->platform, command->device));
  unet_watch_interrupts();
  UNET_TRY_GOTO(done, unet_evaluate(&result, device, model, &command->evaluate));
  if (command->json) UNET_TRY_GOTO(done, print_json(&result));
  if (!command->json) print_table(&result);
  if (!command->json && command->evaluate.out) printf("figures are in %s\n", command->evaluate.out);
done:
  unet_evaluation_free(&result);
  unet_device_close(device);
  unet_model_destroy(model);
  return status;
}

unet_status unet_cmd_evaluate(int argc, char **argv) {
  evaluate_command command = {.split = "val",
                              .evaluate = {.data = unet_default_data_options(),
                                           .on_problem = unet_print_problem,
                                           .stop = unet_was_interrupted}};
  const unet_option options[] = {
      UNET_DATA_OPTIONS(command.evaluate.data),
      {"split", UNET_OPTION_TEXT, &command.split, "PART", "val, train (as the model was trained), or all", 0,
       0},
      {"out", UNET_OPTION_TEXT, &command.evaluate.out, "DIR", "folder for comparison.png and overlay.png", 0,
       0},
      {"tta", UNET_OPTION_FLAG, &command.evaluate.tta, NULL,
       "mean over mirrored and turned pictures: better, and 4 or 8 times slower", 0, 0},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print one JSON object", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "evaluate MODEL --data DIR [OPTIONS]",
      .about =
          "Measures a model on labelled pictures at their own sizes: Dice over all pixels and per image, "
          "IoU,\n"
          "precision and recall, for each defect type and in all.",
      .examples =
          "  unetcl evaluate runs/train/best.safetensors --data metal_nut --out report\n"
          "  unetcl evaluate best.safetensors --data other_parts --split all --json",
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
