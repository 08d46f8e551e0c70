/* A run's options as the command line that gives them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "train/config.h"

/* As a shell takes it for one word. */
static void write_word(FILE *out, const char *text) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./,:=+-";
  if (*text && text[strspn(text, plain)] == '\0') {
    fputs(text, out);
    return;
  }
  fputc('\'', out);
  for (; *text; text++) {
    if (*text == '\'')
      fputs("'\\''", out);
    else
      fputc(*text, out);
  }
  fputc('\'', out);
}

static void write_text(FILE *out, const char *name, const char *value) {
  if (!value) return;
  fprintf(out, " --%s ", name);
  write_word(out, value);
}

static void write_list(FILE *out, const char *name, const json_t *list) {
  fprintf(out, " --%s ", name);
  for (size_t i = 0; i < json_array_size(list); i++)
    fprintf(out, "%s%lld", i ? "," : "", (long long)json_integer_value(json_array_get(list, i)));
}

static void write_option(FILE *out, const char *name, const json_t *value) {
  if (json_is_true(value)) fprintf(out, " --%s", name);
  if (json_is_integer(value)) fprintf(out, " --%s %lld", name, (long long)json_integer_value(value));
  if (json_is_real(value)) fprintf(out, " --%s %.9g", name, json_real_value(value));
  if (json_is_string(value)) write_text(out, name, json_string_value(value));
  if (json_is_array(value)) write_list(out, name, value);
}

static void write_line(FILE *out, const unet_train_options *options, json_t *chosen, const json_t *usual) {
  const char *name = NULL;
  json_t *value = NULL;
  fputs("unetcl train", out);
  write_text(out, "data", options->data.data);
  write_text(out, "category", options->data.category);
  write_text(out, "images", options->data.images);
  write_text(out, "masks", options->data.masks);
  write_text(out, "split-file", options->split_file);
  if (options->epochs != unet_train_options_default().epochs) fprintf(out, " --epochs %zu", options->epochs);
  json_object_foreach(chosen, name, value) {
    if (!json_equal(value, json_object_get(usual, name))) write_option(out, name, value);
  }
}

unet_status unet_train_command(char **text, const unet_train_options *options) {
  const unet_train_options defaults = unet_train_options_default();
  json_t *chosen = NULL, *usual = NULL;
  char *line = NULL;
  size_t size = 0;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_config_options(&chosen, options));
  UNET_TRY_GOTO(done, unet_config_options(&usual, &defaults));
  FILE *out = open_memstream(&line, &size);
  if (out) write_line(out, options, chosen, usual);
  if (!out || fclose(out) != 0) {
    free(line);
    status = unet_fail(UNET_NO_RESOURCE, "out of memory: options");
  } else {
    *text = line;
  }
done:
  json_decref(chosen);
  json_decref(usual);
  return status;
}
