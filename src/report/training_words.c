/* The options of train in words. An option is left out where it changes nothing. */
#include <stdio.h>
#include <string.h>

#include "report/report_settings.h"

static const char in_training[] = "Training";
enum { VALUE_BYTES = 256 };

typedef enum word_kind {
  WORD_TEXT,   /* a text */
  WORD_NUMBER, /* a number */
  WORD_SHARE   /* a number, told in percent */
} word_kind;

/* One line: its name, and what stands before and after the value. */
typedef struct word_line {
  const char *key, *name;
  word_kind kind;
  const char *before, *after;
  const char *none; /* what no value and 0 say; NULL: the line is left out */
} word_line;

static const word_line lines[] = {
    {"recipe", "Recipe", WORD_TEXT, "", "", "settings of its own"},
    {"epochs", "Epochs", WORD_NUMBER, "", "", NULL},
    {"batch", "Batch", WORD_NUMBER, "", " pictures", NULL},
    {"loss", "Loss", WORD_TEXT, "", "", NULL},
    {"lr", "Learning rate", WORD_NUMBER, "", "", NULL},
    {"schedule", "Schedule", WORD_TEXT, "", "", NULL},
    {"warmup", "Warm-up", WORD_SHARE, "", " of the steps", NULL},
    {"weight-decay", "Weight decay", WORD_NUMBER, "", "", "none"},
    {"clip", "Gradients", WORD_NUMBER, "clipped to a norm of ", "", "not clipped"},
    {"average", "Average of the weights", WORD_NUMBER, "moving, decay ", "", "none"},
    {"norm", "Normalisation", WORD_TEXT, "", "", NULL},
    {"init", "First weights", WORD_TEXT, "", "", NULL},
    {"patience", "Patience", WORD_NUMBER, "", " epochs", NULL},
    {"oversample", "Rarer types", WORD_NUMBER, "shown up to ", " times an epoch", NULL},
    {"val", "Held out", WORD_SHARE, "", " of each type", "nothing"},
    {"select", "Set aside to choose on", WORD_SHARE, "", "", "nothing: the last epoch is the model"},
    {"target-recall", "Threshold chosen for", WORD_SHARE, "a recall of ", "", NULL},
    {"target-false-alarms", "Threshold chosen for", WORD_SHARE, "a share of good pixels marked of ", "",
     NULL},
    {"good", "Good pictures to train on", WORD_NUMBER, "", "", "none"},
    {"defects", "Defect types", WORD_TEXT, "", "", "all"},
    {"seed", "Seed", WORD_NUMBER, "", "", "0"},
};

/* What a name of the command line stands for. */
typedef struct word_choice {
  const char *key, *value, *words;
} word_choice;

static const word_choice choices[] = {
    {"loss", "bce_dice", "binary cross-entropy and Dice"},
    {"loss", "bce", "binary cross-entropy"},
    {"loss", "dice", "Dice"},
    {"loss", "focal", "focal"},
    {"loss", "tversky", "binary cross-entropy and Tversky"},
    {"schedule", "constant", "constant"},
    {"schedule", "cosine", "falls along a cosine"},
    {"schedule", "one_cycle", "one cycle: rises, then falls to 0"},
    {"schedule", "plateau", "halved when the loss no longer falls"},
    {"norm", "none", "none"},
    {"norm", "batch", "batch normalisation"},
    {"init", "glorot", "Glorot"},
    {"init", "he", "He"},
    {"flip", "h", "mirrored left to right"},
    {"flip", "v", "mirrored top to bottom"},
    {"flip", "both", "mirrored both ways"},
};

static const word_line effects[] = {
    {"rotate", NULL, WORD_NUMBER, "turned up to ", "°", NULL},
    {"scale", NULL, WORD_SHARE, "scaled by up to ", "", NULL},
    {"shift", NULL, WORD_SHARE, "shifted by up to ", "", NULL},
    {"shear", NULL, WORD_NUMBER, "sheared up to ", "°", NULL},
    {"elastic", NULL, WORD_SHARE, "warped by up to ", "", NULL},
    {"brightness", NULL, WORD_SHARE, "brightness ± ", "", NULL},
    {"contrast", NULL, WORD_SHARE, "contrast ± ", "", NULL},
    {"gamma", NULL, WORD_SHARE, "gamma ± ", "", NULL},
    {"hue", NULL, WORD_NUMBER, "hue ± ", "°", NULL},
    {"saturation", NULL, WORD_SHARE, "saturation ± ", "", NULL},
    {"blur", NULL, WORD_NUMBER, "blurred by up to ", " pixels", NULL},
    {"noise", NULL, WORD_SHARE, "noise of up to ", "", NULL},
};

/* Those that are not in the list stand for themselves. */
static const char *words_of(const char *key, const char *value) {
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
    if (strcmp(choices[i].key, key) == 0 && strcmp(choices[i].value, value) == 0) return choices[i].words;
  }
  return value;
}

/* Whether there is a value, and text = the line with it. */
static bool say(char text[VALUE_BYTES], const word_line *line, const json_t *value) {
  const double number = json_number_value(value);
  char digits[32];
  if (line->kind == WORD_TEXT ? !json_is_string(value) : number == 0.0) return false;
  if (json_is_integer(value)) {
    (void)snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
  } else if (line->kind == WORD_SHARE) {
    (void)snprintf(digits, sizeof digits, "%.10g %%", 100.0 * number);
  } else {
    (void)snprintf(digits, sizeof digits, "%.10g", number);
  }
  (void)snprintf(text, VALUE_BYTES, "%s%s%s", line->before,
                 line->kind == WORD_TEXT ? words_of(line->key, json_string_value(value)) : digits,
                 line->after);
  return true;
}

static unet_status add_line(unet_report *report, const word_line *line, const json_t *options) {
  char text[VALUE_BYTES];
  const json_t *value = json_object_get(options, line->key);
  if (!value) return UNET_OK;
  if (say(text, line, value)) return unet_report_add_setting(report, in_training, line->name, text);
  return line->none ? unet_report_add_setting(report, in_training, line->name, line->none) : UNET_OK;
}

/* All effects of augmentation in one line. */
static unet_status add_augmentation(unet_report *report, const json_t *options) {
  char all[1024] = "", one[VALUE_BYTES];
  const char *flip = json_string_value(json_object_get(options, "flip"));
  size_t length = 0;
  if (flip && strcmp(flip, "none") != 0)
    length = (size_t)snprintf(all, sizeof all, "%s", words_of("flip", flip));
  for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
    if (!say(one, &effects[i], json_object_get(options, effects[i].key))) continue;
    length += (size_t)snprintf(all + length, sizeof all - length, "%s%s", length ? ", " : "", one);
  }
  return unet_report_add_setting(report, in_training, "Augmentation", length ? all : "none");
}

unet_status unet_report_add_training(unet_report *report, const json_t *options) {
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) UNET_TRY(add_line(report, &lines[i], options));
  return add_augmentation(report, options);
}
