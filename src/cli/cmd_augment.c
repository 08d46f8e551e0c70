#include <stdio.h>
#include <stdlib.h>

#include "cli/augment_options.h"
#include "cli/commands.h"

typedef struct augment_command {
  unet_augment_sheet_options sheet;
  unet_augment_words words;
  const char *platform, *device;
} augment_command;

static unet_status augment(augment_command *command) {
  unet_device *device = NULL;
  char *path = NULL;
  UNET_TRY(unet_augment_check(&command->sheet.augment));
  UNET_TRY(unet_device_open(&device, command->platform, command->device));
  unet_status status = unet_augment_sheet(&path, device, &command->sheet);
  if (status == UNET_OK)
    printf("%s shows the picture and %zu augmentations of it\n", path, command->sheet.count);
  free(path);
  unet_device_close(device);
  return status;
}

static unet_status parse(unet_words *words, augment_command *command, int argc, char **argv) {
  unet_augment_sheet_options *s = &command->sheet;
  const unet_option options[] = {
      {"out", UNET_OPTION_TEXT, &s->folder, "DIR", "folder for the sheet, NAME_augmented.png", 0, 0},
      {"mask", UNET_OPTION_TEXT, &s->mask, "FILE", "the picture's mask, outlined and tinted", 0, 0},
      {"mask-threshold", UNET_OPTION_INT, &s->mask_threshold, "T",
       "mask values above T are defect; by default masks hold 0 and 1, or 0 and 255", 0, 65535},
      {"count", UNET_OPTION_SIZE, &s->count, "N", "augmentations to show", 1, 1000},
      {"size", UNET_OPTION_SIZE, &s->size, "S", "width and height the network works at", 1, 4096},
      {"channels", UNET_OPTION_SIZE, &s->channels, "C", "of the network's input: 1 grey, 3 RGB", 1, 3},
      {"seed", UNET_OPTION_SEED, &s->seed, "K", "the same seed gives the same sheet", 0, 0},
      {"tile", UNET_OPTION_FLAG, &s->tile, NULL,
       "windows at the picture's own scale, as train --tile draws them", 0, 0},
      UNET_AUGMENT_OPTIONS(command->words, s->augment),
      UNET_DEVICE_OPTIONS(command->platform, command->device),
  };
  const unet_command_line line = {
      .usage = "augment IMAGE [OPTIONS]",
      .about =
          "Writes a sheet of what a network sees of a picture in training: the picture as it is, then\n"
          "augmentations of it as train draws them with the same options.",
      .examples =
          "  unetcl augment part.png --mask part_mask.png\n"
          "  unetcl augment part.png --augment strong --rotate 180 --flip none --count 8\n"
          "  unetcl augment part.png --tile --size 256",
      .options = options,
      .n_options = sizeof options / sizeof *options,
      .min_words = 1,
      .max_words = 1};
  return unet_parse_command_line(words, argc, argv, &line);
}

/* A second time over what --augment stands for, so that single effects may stand before it, too. */
unet_status unet_cmd_augment(int argc, char **argv) {
  augment_command command = {
      .sheet = {.folder = "augmented", .mask_threshold = -1, .count = 24, .size = 256, .channels = 3}};
  unet_words words;
  const char *preset = "light";
  UNET_TRY(unet_augment_preset(&command.sheet.augment, preset));
  UNET_TRY(parse(&words, &command, argc, argv));
  if (command.words.preset) preset = command.words.preset;
  const bool help = words.help;
  unet_words_free(&words);
  if (help) return UNET_OK;
  UNET_TRY(unet_augment_preset(&command.sheet.augment, preset));
  UNET_TRY(parse(&words, &command, argc, argv));
  command.sheet.image = words.items[0];
  unet_status status = augment(&command);
  unet_words_free(&words);
  return status;
}
