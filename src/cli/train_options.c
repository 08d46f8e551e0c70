#include "cli/train_options.h"

#include <stdio.h>

const char *const unet_recipe_names[] = {"default", "article", NULL};

unet_train_arguments unet_train_arguments_default(void) {
  return (unet_train_arguments){.train = unet_train_options_default(), .network = UNET_ARCHITECTURE_DEFAULTS};
}

static unet_status parse_once(bool *help, int argc, char **argv, const unet_command_line *line) {
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, line));
  *help = words.help;
  unet_words_free(&words);
  return UNET_OK;
}

/* The data stay those that were named. */
static void take_article(unet_train_options *train) {
  unet_train_options article = unet_train_options_article();
  article.data = train->data;
  article.split_file = train->split_file;
  *train = article;
}

/* A second time over what --recipe and --augment stand for, so that single options may stand before them,
 * too. */
unet_status unet_train_arguments_parse(bool *help, unet_train_arguments *arguments, int argc, char **argv,
                                       const unet_command_line *line) {
  UNET_TRY(parse_once(help, argc, argv, line));
  const char *augment = arguments->augment.preset;
  if (*help || (arguments->recipe == UNET_RECIPE_DEFAULT && !augment)) return UNET_OK;
  if (arguments->recipe == UNET_RECIPE_ARTICLE) take_article(&arguments->train);
  if (augment) UNET_TRY(unet_augment_preset(&arguments->train.augment, augment));
  return parse_once(help, argc, argv, line);
}

static void start_as(unet_train_arguments *arguments, const unet_run_options *run) {
  size_t length = 0;
  *arguments =
      (unet_train_arguments){.train = unet_run_options_get(run), .network = UNET_ARCHITECTURE_DEFAULTS};
  const unet_architecture *a = &arguments->train.architecture;
  for (size_t i = 0; i < a->n_levels; i++) {
    length += (size_t)snprintf(arguments->filters + length, UNET_FILTERS_BYTES - length, "%s%zu",
                               i ? "," : "", a->filters[i]);
  }
  arguments->network = (unet_architecture_options){a->height, a->channels, arguments->filters};
}

unet_status unet_train_arguments_parse_resumed(unet_train_arguments *arguments, const unet_run_options *run,
                                               const char *folder, int argc, char **argv,
                                               const unet_command_line *line) {
  bool help = false;
  const unet_dataset_options *data = &arguments->train.data;
  if (!run && !data->data && !data->images)
    return unet_fail(UNET_USAGE,
                     "%s: there is nothing to resume; name the right folder with --out, or start afresh "
                     "with a data set",
                     arguments->train.folder ? arguments->train.folder : folder);
  if (!run) return UNET_OK;
  start_as(arguments, run);
  return unet_train_arguments_parse(&help, arguments, argc, argv, line);
}

unet_status unet_train_arguments_finish(unet_train_arguments *arguments) {
  UNET_TRY(unet_check_data_options(&arguments->train.data));
  return unet_architecture_from_options(&arguments->train.architecture, &arguments->network);
}
