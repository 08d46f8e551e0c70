#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"
#include "cli/model_argument.h"
#include "unetcl/predict.h"

typedef struct predict_command {
  unet_predict_options predict;
  double threshold; /* NaN: the model's */
  int min_area;     /* -1: the model's */
  const char *platform, *device;
  bool json, tta;
  size_t images, with_defect;
} predict_command;

static void print_image(void *user, const unet_prediction *p) {
  predict_command *command = user;
  command->images++;
  command->with_defect += p->regions.count > 0;
  if (command->json) return;
  printf("%s  %8.4f %%  %s\n", p->verdict, 100.0 * p->defect_share, p->image);
  fflush(stdout);
}

static void print_note(void *user, const char *line) {
  (void)user;
  fprintf(stderr, "note: %s\n", line);
}

/* Prints predictions.json. */
static unet_status print_json(const char *folder) {
  char *path = NULL, *text = NULL;
  size_t size = 0;
  UNET_TRY(unet_path_join(&path, folder, "predictions.json"));
  unet_status status = unet_read_file(&text, &size, path);
  if (status == UNET_OK) fwrite(text, 1, size, stdout);
  free(text);
  free(path);
  return status;
}

/* predictions.json tells what was done, however it ended; with UNET_NO_RESOURCE it may not have been written.
 */
static unet_status print_end(const predict_command *command, unet_status status) {
  if (command->json) {
    if (command->images > 0 && status != UNET_NO_RESOURCE) UNET_TRY(print_json(command->predict.out));
  } else if (status == UNET_OK) {
    printf("%zu of %zu images are NG; masks, maps, overlays and tables are in %s\n", command->with_defect,
           command->images, command->predict.out);
  }
  return status;
}

/* What was given on the command line replaces what the model holds. */
static void override(unet_model *model, const predict_command *command) {
  if (!isnan(command->threshold)) unet_model_set_threshold(model, (float)command->threshold);
  if (command->min_area >= 0) unet_model_set_min_area(model, (size_t)command->min_area);
}

static unet_status predict(predict_command *command, const unet_words *words) {
  unet_model *model = NULL;
  unet_device *device = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_model_argument_load(&model, words->items[0]));
  override(model, command);
  UNET_TRY_GOTO(done, unet_device_open(&device, command->platform, command->device));
  UNET_TRY_GOTO(done, unet_predictor_create(&predictor, device, model, 1));
  UNET_TRY_GOTO(done, unet_predictor_set_tta(predictor, command->tta));
  unet_watch_interrupts();
  command->predict.user = command;
  UNET_TRY_GOTO(done, unet_predict_files(predictor, words->items + 1, words->count - 1, &command->predict));
done:
  status = print_end(command, status);
  unet_predictor_destroy(predictor);
  unet_device_close(device);
  unet_model_destroy(model);
  return status;
}

/* A single word may be the model or what is to be marked. */
static unet_status check_words(const unet_words *words) {
  if (words->count >= 2) return UNET_OK;
  const char *word = words->items[0];
  if (strcmp(unet_path_extension(word), "safetensors") == 0)
    return unet_fail(UNET_USAGE, "an argument is missing: after %s, the pictures to mark or their folder",
                     word);
  return unet_fail(
      UNET_USAGE,
      "an argument is missing: before %s, the model, e.g. runs/train/best.safetensors; usage: unetcl "
      "predict MODEL IMAGE|DIR...",
      word);
}

unet_status unet_cmd_predict(int argc, char **argv) {
  predict_command command = {.threshold = NAN,
                             .min_area = -1,
                             .predict = {.out = "predictions",
                                         .on_image = print_image,
                                         .on_problem = unet_print_problem,
                                         .on_note = print_note,
                                         .stop = unet_was_interrupted}};
  const unet_option options[] = {
      {"out", UNET_OPTION_TEXT, &command.predict.out, "DIR", "folder for the results", 0, 0},
      {"threshold", UNET_OPTION_REAL, &command.threshold, "T",
       "probability above which a pixel is defect; the model's by default", 0, 1},
      {"min-area", UNET_OPTION_INT, &command.min_area, "A",
       "pixels that a region has at least to be a defect; the model's by default", 0, INT_MAX},
      {"tta", UNET_OPTION_FLAG, &command.tta, NULL,
       "mean over mirrored and turned pictures: better, and 4 or 8 times slower", 0, 0},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print predictions.json in place of lines", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "predict MODEL IMAGE|DIR... [OPTIONS]",
      .about =
          "Marks defects in pictures; folders are walked and mirrored. Writes for each picture, at its\n"
          "own size, NAME_mask.png (0 or 255), NAME_prob.png (16 bit, probability x 65535) and\n"
          "NAME_overlay.png; and in all predictions.csv with a verdict for each, OK or NG (a region is\n"
          "left), regions.csv with each region's box, area and score, predictions.json with both, and\n"
          "report.html, a page to look through them.",
      .examples =
          "  unetcl predict runs/train/best.safetensors part.png\n"
          "  unetcl predict runs/train/best.safetensors monday tuesday --out marked\n"
          "  unetcl predict runs/train/best.safetensors part.png --threshold 0.4 --min-area 20 --json",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .min_words = 1,
      .max_words = 1000000};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : check_words(&words);
  if (status == UNET_OK && !words.help) status = predict(&command, &words);
  unet_words_free(&words);
  return status;
}
