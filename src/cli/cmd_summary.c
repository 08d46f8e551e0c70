#include <stdio.h>
#include <stdlib.h>

#include "cli/architecture_options.h"
#include "cli/commands.h"
#include "cli/model_argument.h"

static unet_status summarise(const char *model_path, const unet_architecture_options *asked, size_t batch) {
  unet_architecture architecture;
  if (model_path) {
    unet_model *model = NULL;
    UNET_TRY(unet_model_argument_load(&model, model_path));
    architecture = *unet_model_architecture(model);
    unet_model_destroy(model);
  } else {
    UNET_TRY(unet_architecture_from_options(&architecture, asked));
  }
  char *text = NULL;
  UNET_TRY(unet_architecture_summary(&text, &architecture, batch));
  fputs(text, stdout);
  free(text);
  return UNET_OK;
}

unet_status unet_cmd_summary(int argc, char **argv) {
  unet_architecture_options asked = UNET_ARCHITECTURE_DEFAULTS;
  size_t batch = 8;
  const unet_option options[] = {
      UNET_ARCHITECTURE_OPTIONS(asked),
      {"batch", UNET_OPTION_SIZE, &batch, "N", "images at a time, for the memory", 1, 4096},
  };
  const unet_command_line line = {
      .usage = "summary [MODEL] [OPTIONS]",
      .about =
          "Prints the layers, shapes and parameters of a model file, or of the network that the options "
          "describe\n"
          "(the article's by default), and the device memory that training and inference plan for it.",
      .examples =
          "  unetcl summary\n  unetcl summary runs/train/best.safetensors\n  unetcl summary --filters "
          "16,32,64 --size 512",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .max_words = 1};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : summarise(words.count ? words.items[0] : NULL, &asked, batch);
  unet_words_free(&words);
  return status;
}
