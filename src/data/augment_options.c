#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "unetcl/augment.h"

const char *const unet_flip_names[] = {"none", "h", "v", "both", NULL};

typedef struct preset {
  const char *name;
  unet_augment_options options;
} preset;

static const preset presets[] = {{"none", {.flip = UNET_FLIP_NONE}},
                                 {"light",
                                  {.flip = UNET_FLIP_NONE,
                                   .rotate = 180.0,
                                   .scale = 0.1,
                                   .shift = 0.05,
                                   .brightness = 0.1,
                                   .contrast = 0.1,
                                   .gamma = 0.1,
                                   .saturation = 0.1,
                                   .noise = 0.01}},
                                 {"strong",
                                  {.flip = UNET_FLIP_BOTH,
                                   .rotate = 180.0,
                                   .scale = 0.2,
                                   .shift = 0.1,
                                   .shear = 8.0,
                                   .elastic = 0.02,
                                   .brightness = 0.15,
                                   .contrast = 0.2,
                                   .gamma = 0.2,
                                   .hue = 10.0,
                                   .saturation = 0.3,
                                   .blur = 1.0,
                                   .noise = 0.03}}};
enum { PRESETS = sizeof presets / sizeof *presets };

unet_status unet_augment_preset(unet_augment_options *out, const char *name) {
  for (size_t i = 0; i < PRESETS; i++) {
    if (strcmp(presets[i].name, name) != 0) continue;
    *out = presets[i].options;
    return UNET_OK;
  }
  return unet_fail(UNET_USAGE, "--augment %s is unknown; use none, light or strong", name);
}

typedef struct limit {
  const char *name;
  double value, high;
} limit;
enum { LIMITS = 12 };

static void list_limits(limit limits[LIMITS], const unet_augment_options *o) {
  const limit all[LIMITS] = {
      {"rotate", o->rotate, 180.0},       {"scale", o->scale, 0.9},     {"shift", o->shift, 1.0},
      {"shear", o->shear, 45.0},          {"elastic", o->elastic, 0.1}, {"brightness", o->brightness, 1.0},
      {"contrast", o->contrast, 0.9},     {"gamma", o->gamma, 0.9},     {"hue", o->hue, 180.0},
      {"saturation", o->saturation, 1.0}, {"blur", o->blur, 5.0},       {"noise", o->noise, 1.0}};
  memcpy(limits, all, sizeof all);
}

bool unet_augment_is_on(const unet_augment_options *options) {
  limit limits[LIMITS];
  list_limits(limits, options);
  bool on = options->flip != UNET_FLIP_NONE;
  for (size_t i = 0; i < LIMITS; i++) on = on || limits[i].value > 0.0;
  return on;
}

unet_status unet_augment_check(const unet_augment_options *options) {
  limit limits[LIMITS];
  list_limits(limits, options);
  for (size_t i = 0; i < LIMITS; i++) {
    if (limits[i].value >= 0.0 && limits[i].value <= limits[i].high) continue;
    return unet_fail(UNET_USAGE, "--%s %g makes no sense; give 0 to %g", limits[i].name, limits[i].value,
                     limits[i].high);
  }
  if ((unsigned)options->flip <= UNET_FLIP_BOTH) return UNET_OK;
  return unet_fail(UNET_USAGE, "--flip is unknown; use none, h, v or both");
}
