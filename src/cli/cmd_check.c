#include <stdio.h>

#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "unetcl/dataset.h"
#include "unetcl/train.h"

static const char *role_name(unet_item_role role) {
  switch (role) {
    case UNET_ITEM_GOOD_TRAIN:
      return "train";
    case UNET_ITEM_GOOD_TEST:
      return "held out";
    case UNET_ITEM_LABELLED:
      break;
  }
  return "labelled";
}

static void print_types(const unet_check_result *result) {
  printf("%-16s%-12s%8s%18s\n", "type", "part", "images", "with a defect");
  for (size_t i = 0; i < result->n_types; i++) {
    const unet_check_type *type = &result->types[i];
    unet_print_column(type->type, 16);
    printf("%-12s%8zu%18zu\n", role_name(type->role), type->images, type->with_defect);
  }
}

static void print_fact(void *user, const char *line) {
  (void)user;
  printf("%s\n", line);
}

static void print_warning(void *user, const char *line) {
  (void)user;
  fprintf(stderr, "unetcl: warning: %s\n", line);
}

static unet_status check(const unet_check_options *options) {
  unet_check_result result = {0};
  UNET_TRY(unet_check_data_options(&options->data));
  UNET_TRY(unet_check(&result, options));
  print_types(&result);
  printf("%zu images, no problems", result.images);
  if (result.warnings > 0) printf(", %zu warning%s", result.warnings, result.warnings == 1 ? "" : "s");
  puts("");
  unet_check_result_free(&result);
  return UNET_OK;
}

unet_status unet_cmd_check(int argc, char **argv) {
  const unet_train_options train = unet_train_options_default();
  unet_check_options check_options = {.data = unet_default_data_options(),
                                      .val = train.val,
                                      .on_problem = unet_print_problem,
                                      .on_warning = print_warning,
                                      .on_fact = print_fact};
  size_t size = train.architecture.width;
  const unet_option options[] = {
      UNET_DATA_OPTIONS(check_options.data),
      {"size", UNET_OPTION_SIZE, &size, "S", "width and height that train would be given", 1, 16384},
      {"tile", UNET_OPTION_FLAG, &check_options.tile, NULL, "as train would be given it", 0, 0},
      {"val", UNET_OPTION_REAL, &check_options.val, "V", "as train would be given it", 0, 0.9},
  };
  const unet_command_line line = {
      .usage = "check --data DIR [OPTIONS]",
      .about =
          "Reads a whole data set as training would: lists every problem with its remedy, or the images of "
          "each\n"
          "type; warns of what trains, but badly. Trains nothing and writes nothing.",
      .examples = "  unetcl check --data mvtec_ad/metal_nut\n  unetcl check --images pictures --masks labels",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  check_options.height = check_options.width = size;
  unet_status status = words.help ? UNET_OK : check(&check_options);
  unet_words_free(&words);
  return status;
}
