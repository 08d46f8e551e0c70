#include <stdio.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "unetcl/synth.h"

unet_status unet_cmd_synth(int argc, char **argv) {
  unet_synth_options synth = {.count = 80, .size = 256, .seed = 0};
  const unet_option options[] = {
      {"count", UNET_OPTION_SIZE, &synth.count, "N", "images with a defect", 1, 100000},
      {"size", UNET_OPTION_SIZE, &synth.size, "S", "width and height in pixels", 32, 4096},
      {"seed", UNET_OPTION_SEED, &synth.seed, "K", "the same seed gives the same files", 0, 0},
  };
  const unet_command_line line = {
      .usage = "synth DIR [OPTIONS]",
      .about =
          "Writes pictures of metal nuts, with bent, color, flip and scratch defects and exact masks, in "
          "the\n"
          "MVTec AD layout with DIR as the category folder: DIR/test/bent/000.png,\n"
          "DIR/ground_truth/bent/000_mask.png, DIR/train/good/..., DIR/test/good/...",
      .examples = "  unetcl synth nuts --count 40\n  unetcl train --data nuts --epochs 30",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .min_words = 1,
      .max_words = 1};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = UNET_OK;
  if (!words.help) {
    status = unet_synth_write(words.items[0], &synth);
    if (status == UNET_OK)
      printf("%zu images with a defect and their masks are in %s\n", synth.count, words.items[0]);
  }
  unet_words_free(&words);
  return status;
}
