#include "cli/options.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/nearest.h"

static const unet_option *find_option(const unet_command_line *line, const char *name, size_t length) {
  for (size_t i = 0; i < line->n_options; i++) {
    const unet_option *option = &line->options[i];
    if (strlen(option->name) == length && strncmp(option->name, name, length) == 0) return option;
  }
  return NULL;
}

static unet_status unknown_option(const unet_command_line *line, const char *argument) {
  const char *nearest = NULL;
  size_t length = strcspn(argument, "=");
  for (size_t i = 0; i < line->n_options; i++) {
    nearest = unet_nearer_name(argument + 2, length < 2 ? 0 : length - 2, nearest, line->options[i].name);
  }
  int command = (int)strcspn(line->usage, " ");
  if (nearest) {
    return unet_fail(UNET_USAGE, "unknown option %.*s; did you mean --%s", (int)length, argument, nearest);
  }
  return unet_fail(UNET_USAGE, "unknown option %.*s; see unetcl %.*s --help", (int)length, argument, command,
                   line->usage);
}

/* --- values ------------------------------------------------------------------------------------------- */

/* " (20 % is 0.2)" where a share was given in percent. */
static void explain_percent(char text[64], const unet_option *option, double value) {
  text[0] = '\0';
  if (option->type == UNET_OPTION_REAL && option->high <= 1.0 && value > 1.0 && value <= 100.0)
    (void)snprintf(text, 64, " (%g %% is %g)", value, value / 100.0);
}

static unet_status out_of_range(const unet_option *option, const char *text) {
  const bool above_zero = option->low > 0.0 && option->low <= FLT_MIN, open_end = option->high >= FLT_MAX;
  char percent[64];
  explain_percent(percent, option, strtod(text, NULL));
  if (above_zero && open_end)
    return unet_fail(UNET_USAGE, "--%s %s is out of range; use a number above 0", option->name, text);
  if (open_end) {
    return unet_fail(UNET_USAGE, "--%s %s is out of range; use %.10g or more", option->name, text,
                     option->low);
  }
  return unet_fail(UNET_USAGE, "--%s %s is out of range; use %.10g to %.10g%s", option->name, text,
                   option->low, option->high, percent);
}

/* A number without a sign, all of the text. */
static unet_status parse_whole(uint64_t *out, const unet_option *option, const char *text) {
  char *end = NULL;
  if (*text == '-' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0') {
    if (option->type == UNET_OPTION_SIZE) return out_of_range(option, text);
    return unet_fail(UNET_USAGE, "--%s %s is out of range; use 0 or more", option->name, text);
  }
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || errno) {
    return unet_fail(UNET_USAGE, "--%s %s is not a whole number", option->name, *text ? text : "''");
  }
  *out = value;
  return UNET_OK;
}

static unet_status parse_real(double *out, const unet_option *option, const char *text) {
  char *end = NULL;
  errno = 0;
  double value = strtod(text, &end);
  if (end == text || *end || value != value) {
    return unet_fail(UNET_USAGE, "--%s %s is not a number", option->name, *text ? text : "''");
  }
  if (value < option->low || value > option->high) return out_of_range(option, text);
  *out = value;
  return UNET_OK;
}

static unet_status parse_choice(unsigned *out, const unet_option *option, const char *text) {
  char known[256] = "";
  for (unsigned i = 0; option->choices[i]; i++) {
    if (strcmp(option->choices[i], text) == 0) {
      *out = i;
      return UNET_OK;
    }
    snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
             i == 0                   ? ""
             : option->choices[i + 1] ? ", "
                                      : " or ",
             option->choices[i]);
  }
  return unet_fail(UNET_USAGE, "--%s %s is unknown; use %s", option->name, text, known);
}

static unet_status store_value(const unet_option *option, const char *text) {
  uint64_t whole = 0;
  double real = 0;
  switch (option->type) {
    case UNET_OPTION_TEXT:
      if (!*text) return unet_fail(UNET_USAGE, "--%s needs a value that is not empty", option->name);
      *(const char **)option->target = text;
      return UNET_OK;
    case UNET_OPTION_SEED:
      UNET_TRY(parse_whole(&whole, option, text));
      *(uint64_t *)option->target = whole;
      return UNET_OK;
    case UNET_OPTION_SIZE:
      UNET_TRY(parse_whole(&whole, option, text));
      if ((double)whole < option->low || (double)whole > option->high) return out_of_range(option, text);
      *(size_t *)option->target = (size_t)whole;
      return UNET_OK;
    case UNET_OPTION_INT:
      UNET_TRY(parse_real(&real, option, text));
      if (real != (double)(int)real)
        return unet_fail(UNET_USAGE, "--%s %s is not a whole number", option->name, text);
      *(int *)option->target = (int)real;
      return UNET_OK;
    case UNET_OPTION_REAL:
      UNET_TRY(parse_real(&real, option, text));
      *(double *)option->target = real;
      return UNET_OK;
    case UNET_OPTION_CHOICE:
      return parse_choice(option->target, option, text);
    case UNET_OPTION_FLAG:
      break;
  }
  return unet_fail(UNET_INTERNAL, "--%s has no type", option->name);
}

/* Takes the option at argv[*index] with its value, which may be the next argument. */
static unet_status take_option(const unet_command_line *line, int argc, char **argv, int *index) {
  const char *argument = argv[*index];
  size_t length = strcspn(argument + 2, "=");
  const char *value = argument[2 + length] ? argument + 3 + length : NULL;
  const unet_option *option = find_option(line, argument + 2, length);
  if (!option) return unknown_option(line, argument);
  if (option->type == UNET_OPTION_FLAG) {
    if (value) return unet_fail(UNET_USAGE, "--%s takes no value", option->name);
    *(bool *)option->target = true;
    return UNET_OK;
  }
  if (!value && *index + 1 < argc) value = argv[++*index];
  if (!value || (value == argv[*index] && strncmp(value, "--", 2) == 0 && value[2])) {
    return unet_fail(UNET_USAGE, "--%s needs a value: --%s %s", option->name, option->name, option->value);
  }
  return store_value(option, value);
}

/* --- help --------------------------------------------------------------------------------------------- */

static void format_default(char text[64], const unet_option *option) {
  text[0] = '\0';
  switch (option->type) {
    case UNET_OPTION_TEXT:
      if (*(const char **)option->target) snprintf(text, 64, " [%s]", *(const char **)option->target);
      break;
    case UNET_OPTION_SIZE:
      snprintf(text, 64, " [%zu]", *(size_t *)option->target);
      break;
    case UNET_OPTION_SEED:
      snprintf(text, 64, " [%" PRIu64 "]", *(uint64_t *)option->target);
      break;
    case UNET_OPTION_REAL:
      if (!isnan(*(double *)option->target)) snprintf(text, 64, " [%g]", *(double *)option->target);
      break;
    case UNET_OPTION_CHOICE:
      snprintf(text, 64, " [%s]", option->choices[*(const unsigned *)option->target]);
      break;
    case UNET_OPTION_INT:
    case UNET_OPTION_FLAG:
      break;
  }
}

static void print_help(const unet_command_line *line) {
  printf("usage: unetcl %s\n\n%s\n", line->usage, line->about);
  if (line->n_options) printf("\noptions (defaults in brackets):\n");
  for (size_t i = 0; i < line->n_options; i++) {
    const unet_option *option = &line->options[i];
    char left[64], value[64];
    snprintf(left, sizeof left, "--%s %s", option->name, option->value ? option->value : "");
    format_default(value, option);
    printf("  %-24s %s%s\n", left, option->help, value);
  }
  printf("  %-24s %s\n", "--help", "this text");
  if (line->examples) printf("\nexamples:\n%s\n", line->examples);
}

/* --- the whole line ----------------------------------------------------------------------------------- */

/* "MODEL": what usage calls the word of this index, the command's name being the one before. */
static int find_usage_word(const char **word, const char *usage, size_t index) {
  for (size_t i = 0; i <= index; i++) {
    usage += strcspn(usage, " ");
    usage += strspn(usage, " ");
  }
  *word = usage;
  return (int)strcspn(usage, " ");
}

static unet_status check_word_count(const unet_command_line *line, const unet_words *words) {
  if (words->count > line->max_words) {
    return unet_fail(UNET_USAGE, "'%s' is one argument too many; usage: unetcl %s",
                     words->items[line->max_words], line->usage);
  }
  if (words->count < line->min_words) {
    const char *missing = NULL;
    const int length = find_usage_word(&missing, line->usage, words->count);
    return unet_fail(UNET_USAGE, "an argument is missing, %.*s; usage: unetcl %s", length, missing,
                     line->usage);
  }
  return UNET_OK;
}

static unet_status parse_arguments(unet_words *words, int argc, char **argv, const unet_command_line *line) {
  bool options_end = false;
  for (int i = 1; i < argc; i++) {
    if (!options_end && strcmp(argv[i], "--") == 0) {
      options_end = true;
    } else if (!options_end && strncmp(argv[i], "--", 2) == 0) {
      UNET_TRY(take_option(line, argc, argv, &i));
    } else if (!options_end && argv[i][0] == '-' && argv[i][1]) {
      return unknown_option(line, argv[i]);
    } else {
      words->items[words->count++] = argv[i];
    }
  }
  return check_word_count(line, words);
}

unet_status unet_parse_command_line(unet_words *words, int argc, char **argv, const unet_command_line *line) {
  *words = (unet_words){0};
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0) continue;
    print_help(line);
    words->help = true;
    return UNET_OK;
  }
  UNET_TRY(unet_alloc_array((void *)&words->items, (size_t)argc, sizeof *words->items));
  unet_status status = parse_arguments(words, argc, argv, line);
  if (status != UNET_OK) unet_words_free(words);
  return status;
}

void unet_words_free(unet_words *words) {
  free(words->items);
  *words = (unet_words){0};
}
