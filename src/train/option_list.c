#include "train/option_list.h"

#include <math.h>
#include <string.h>

#define KEPT(name, type, field) \
  { name, UNET_KEPT_##type, offsetof(unet_train_options, field), NULL }
#define CHOICE(name, field, names) \
  { name, UNET_KEPT_CHOICE, offsetof(unet_train_options, field), names }

const unet_kept_option unet_kept_options[] = {
    KEPT("batch", SIZE, batch),
    KEPT("lr", REAL, learning_rate),
    KEPT("seed", SEED, seed),
    KEPT("val", REAL, val),
    KEPT("select", REAL, select),
    KEPT("target-recall", REAL, target_recall),
    KEPT("target-false-alarms", REAL, target_false_alarms),
    KEPT("threshold", REAL, threshold),
    KEPT("good", SIZE, good),
    KEPT("min-area", SIZE, min_area),
    KEPT("defects", TEXT, data.defects),
    KEPT("mask-threshold", INT, data.mask_threshold),
    KEPT("tile", FLAG, tile),
    CHOICE("init", recipe.init, unet_init_names),
    CHOICE("norm", recipe.norm, unet_norm_names),
    CHOICE("loss", recipe.loss, unet_loss_names),
    CHOICE("schedule", recipe.schedule, unet_schedule_names),
    KEPT("warmup", REAL, recipe.warmup),
    KEPT("weight-decay", REAL, recipe.weight_decay),
    KEPT("clip", REAL, recipe.clip),
    KEPT("average", REAL, recipe.average),
    KEPT("oversample", SIZE, recipe.oversample),
    KEPT("patience", SIZE, recipe.patience),
    CHOICE("flip", augment.flip, unet_flip_names),
    KEPT("rotate", REAL, augment.rotate),
    KEPT("scale", REAL, augment.scale),
    KEPT("shift", REAL, augment.shift),
    KEPT("shear", REAL, augment.shear),
    KEPT("elastic", REAL, augment.elastic),
    KEPT("brightness", REAL, augment.brightness),
    KEPT("contrast", REAL, augment.contrast),
    KEPT("gamma", REAL, augment.gamma),
    KEPT("hue", REAL, augment.hue),
    KEPT("saturation", REAL, augment.saturation),
    KEPT("blur", REAL, augment.blur),
    KEPT("noise", REAL, augment.noise),
    {NULL, UNET_KEPT_SIZE, 0, NULL},
};

/* Enumerations are kept as `unsigned`; the compiler chooses that type for those without negative values. */
json_t *unet_kept_get(const unet_kept_option *option, const unet_train_options *options) {
  const void *field = (const char *)options + option->offset;
  const char *text = NULL;
  switch (option->type) {
    case UNET_KEPT_SIZE:
      return json_integer((json_int_t) * (const size_t *)field);
    case UNET_KEPT_SEED:
      return json_integer((json_int_t) * (const uint64_t *)field);
    case UNET_KEPT_REAL:
      return isnan(*(const double *)field) ? json_null() : json_real(*(const double *)field);
    case UNET_KEPT_INT:
      return json_integer(*(const int *)field);
    case UNET_KEPT_FLAG:
      return json_boolean(*(const bool *)field);
    case UNET_KEPT_CHOICE:
      text = option->choices[*(const unsigned *)field];
      break;
    case UNET_KEPT_TEXT:
      text = *(const char *const *)field;
      break;
  }
  return text ? json_string(text) : json_null();
}

static void set_choice(unsigned *field, const char *const *choices, const char *name) {
  for (unsigned i = 0; name && choices[i]; i++) {
    if (strcmp(choices[i], name) == 0) *field = i;
  }
}

void unet_kept_set(const unet_kept_option *option, unet_train_options *options, const json_t *value) {
  void *field = (char *)options + option->offset;
  const json_int_t integer = json_integer_value(value);
  const bool counts = json_is_integer(value) && integer >= 0;
  switch (option->type) {
    case UNET_KEPT_SIZE:
      if (counts) *(size_t *)field = (size_t)integer;
      break;
    case UNET_KEPT_SEED:
      if (json_is_integer(value)) *(uint64_t *)field = (uint64_t)integer;
      break;
    case UNET_KEPT_REAL:
      if (json_is_number(value)) *(double *)field = json_number_value(value);
      break;
    case UNET_KEPT_INT:
      if (json_is_integer(value)) *(int *)field = (int)integer;
      break;
    case UNET_KEPT_FLAG:
      if (json_is_boolean(value)) *(bool *)field = json_is_true(value);
      break;
    case UNET_KEPT_TEXT:
      *(const char **)field = json_string_value(value);
      break;
    case UNET_KEPT_CHOICE:
      set_choice(field, option->choices, json_string_value(value));
      break;
  }
}
