#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "unetcl/dataset.h"

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

/* Items come sorted by role and type: one line for each run of them. */
static void print_counts(const unet_dataset *dataset, const size_t *covered) {
  size_t count = unet_dataset_count(dataset);
  printf("%-16s%-12s%8s%18s\n", "type", "part", "images", "with a defect");
  for (size_t i = 0; i < count;) {
    const unet_item *first = unet_dataset_item(dataset, i);
    size_t images = 0, with_defect = 0;
    for (; i < count; i++, images++) {
      const unet_item *item = unet_dataset_item(dataset, i);
      if (item->role != first->role || strcmp(item->type, first->type) != 0) break;
      with_defect += covered[i] > 0;
    }
    printf("%-16s%-12s%8zu%18zu\n", first->type, role_name(first->role), images, with_defect);
  }
}

static unet_status check(const unet_dataset_options *data) {
  UNET_TRY(unet_check_data_options(data));
  unet_dataset *dataset = NULL;
  size_t *covered = NULL;
  UNET_TRY(unet_dataset_open(&dataset, data, unet_print_problem, NULL));
  unet_status status = unet_alloc_array((void *)&covered, unet_dataset_count(dataset), sizeof *covered);
  if (status == UNET_OK) status = unet_dataset_check(dataset, covered, unet_print_problem, NULL);
  if (status == UNET_OK) {
    print_counts(dataset, covered);
    printf("%zu images, no problems\n", unet_dataset_count(dataset));
  }
  free(covered);
  unet_dataset_close(dataset);
  return status;
}

unet_status unet_cmd_check(int argc, char **argv) {
  unet_dataset_options data = unet_default_data_options();
  const unet_option options[] = {UNET_DATA_OPTIONS(data)};
  const unet_command_line line = {
      .usage = "check --data DIR [OPTIONS]",
      .about =
          "Reads a whole data set as training would: lists every problem with its remedy, or the images of "
          "each\n"
          "type. Trains nothing and writes nothing.",
      .examples = "  unetcl check --data mvtec_ad/metal_nut\n  unetcl check --images pictures --masks labels",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : check(&data);
  unet_words_free(&words);
  return status;
}
