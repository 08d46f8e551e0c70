/* Command line options: each command has a table of them, from which parsing, checks and help follow. */
#ifndef UNETCL_CLI_OPTIONS_H
#define UNETCL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef enum unet_option_type {
  UNET_OPTION_TEXT,  /* const char * */
  UNET_OPTION_SIZE,  /* size_t, in [low, high] */
  UNET_OPTION_SEED,  /* uint64_t */
  UNET_OPTION_INT,   /* int, in [low, high] */
  UNET_OPTION_REAL,  /* double, in [low, high]; NaN: not given, which help shows no default for */
  UNET_OPTION_FLAG,  /* bool, takes no value */
  UNET_OPTION_CHOICE /* an enum, given by its name in `choices` */
} unet_option_type;

/* `target` holds the default until the option is given. */
typedef struct unet_option {
  const char *name; /* without the dashes */
  unet_option_type type;
  void *target;
  const char *value; /* what help calls the value: "DIR" */
  const char *help;
  double low, high;
  const char *const *choices; /* by value; ends with NULL */
} unet_option;

/* What to choose from stands in the help text. */
#define UNET_OPTION_CHOICE_OF(name, field, names, help) \
  { (name), UNET_OPTION_CHOICE, &(field), "NAME", (help), 0, 0, (names) }

/* What a command takes, and what its help says. */
typedef struct unet_command_line {
  const char *usage;    /* "train --data DIR [OPTIONS]" */
  const char *about;    /* a paragraph */
  const char *examples; /* lines, or NULL */
  const unet_option *options;
  size_t n_options;
  size_t min_words, max_words; /* words that are no options */
} unet_command_line;

/* The words that are no options, in order; they point into argv. */
typedef struct unet_words {
  const char **items;
  size_t count;
  bool help; /* --help was asked for and printed: the command has nothing more to do */
} unet_words;

/* Parses argv[1..argc), argv[0] being the command's name. "--name value" and "--name=value" are understood,
 * "--" ends the options. UNET_USAGE, naming the option and the remedy. Release with unet_words_free. */
unet_status unet_parse_command_line(unet_words *words, int argc, char **argv, const unet_command_line *line);
void unet_words_free(unet_words *words);

/* The two options of every command that computes. */
#define UNET_DEVICE_OPTIONS(platform, device)                                                                \
  {"platform", UNET_OPTION_TEXT, &(platform), "P", "OpenCL platform, by index or part of its name", 0, 0}, { \
    "device", UNET_OPTION_TEXT, &(device), "D", "device, by index or part of its name", 0, 0                 \
  }

#endif
