#include <stdio.h>

#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/interrupt.h"
#include "unetcl/predict.h"

typedef struct predict_command {
  unet_predict_options predict;
  const char *platform, *device;
  size_t images, with_defect;
} predict_command;

static void print_image(void *user, const unet_prediction *p) {
  predict_command *command = user;
  command->images++;
  command->with_defect += p->defect_pixels > 0;
  printf("%-6s  %8.4f %%  %s\n", p->defect_pixels ? "defect" : "good", 100.0 * p->defect_share, p->image);
  fflush(stdout);
}

static unet_status predict(predict_command *command, const unet_words *words) {
  unet_model *model = NULL;
  unet_device *device = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_model_load(&model, words->items[0]));
  UNET_TRY_GOTO(done, unet_device_open(&device, command->platform, command->device));
  UNET_TRY_GOTO(done, unet_predictor_create(&predictor, device, model, 1));
  unet_watch_interrupts();
  command->predict.user = command;
  UNET_TRY_GOTO(done, unet_predict_files(predictor, words->items + 1, words->count - 1, &command->predict));
  printf("%zu of %zu images have a defect; masks, maps, overlays and predictions.csv are in %s\n",
         command->with_defect, command->images, command->predict.out);
done:
  unet_predictor_destroy(predictor);
  unet_device_close(device);
  unet_model_destroy(model);
  return status;
}

unet_status unet_cmd_predict(int argc, char **argv) {
  predict_command command = {.predict = {.out = "predictions",
                                         .on_image = print_image,
                                         .on_problem = unet_print_problem,
                                         .stop = unet_was_interrupted}};
  const unet_option options[] = {
      {"out", UNET_OPTION_TEXT, &command.predict.out, "DIR", "folder for the results", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "predict MODEL IMAGE|DIR... [OPTIONS]",
      .about =
          "Marks defects in pictures; folders are walked and mirrored. Writes for each picture, at its own "
          "size,\n"
          "NAME_mask.png (0 or 255), NAME_prob.png (16 bit, probability x 65535) and NAME_overlay.png, and\n"
          "predictions.csv with a verdict for each.",
      .examples =
          "  unetcl predict runs/train/best.safetensors part.png\n"
          "  unetcl predict runs/train/best.safetensors monday tuesday --out marked",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .min_words = 2,
      .max_words = 1000000};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : predict(&command, &words);
  unet_words_free(&words);
  return status;
}
