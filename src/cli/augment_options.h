/* The options of augmentation; the same for every command that augments. */
#ifndef UNETCL_CLI_AUGMENT_OPTIONS_H
#define UNETCL_CLI_AUGMENT_OPTIONS_H

#include <float.h>

#include "cli/options.h"
#include "unetcl/augment.h"

/* What is given as a word; NULL: not given, which help tells as light, and the article's recipe takes as
 * none. */
typedef struct unet_augment_words {
  const char *preset;
} unet_augment_words;

/* The library checks the limits, so they are not repeated here. */
#define UNET_AUGMENT_REAL(name, field, help) \
  { (name), UNET_OPTION_REAL, &(field), "R", (help), 0, DBL_MAX }

#define UNET_AUGMENT_OPTIONS(words, a)                                                                     \
  {"augment",                                                                                              \
   UNET_OPTION_TEXT,                                                                                       \
   &(words).preset,                                                                                        \
   "NAME",                                                                                                 \
   "none, light or strong: what the following are unless given [light]",                                   \
   0,                                                                                                      \
   0},                                                                                                     \
      UNET_OPTION_CHOICE_OF("flip", (a).flip, unet_flip_names,                                             \
                            "mirror images: none, h (left and right), v or both"),                         \
      UNET_AUGMENT_REAL("rotate", (a).rotate, "degrees, either way; at most 180"),                         \
      UNET_AUGMENT_REAL("scale", (a).scale, "0.2: times 0.8 to 1.25"),                                     \
      UNET_AUGMENT_REAL("shift", (a).shift, "share of the side"),                                          \
      UNET_AUGMENT_REAL("shear", (a).shear, "degrees"),                                                    \
      UNET_AUGMENT_REAL("elastic", (a).elastic, "share of the side by which knots of an 8 x 8 grid move"), \
      UNET_AUGMENT_REAL("brightness", (a).brightness, "what is added to values in [0,1]"),                 \
      UNET_AUGMENT_REAL("contrast", (a).contrast, "0.2: times 0.8 to 1.25"),                               \
      UNET_AUGMENT_REAL("gamma", (a).gamma, "0.2: exponent 0.8 to 1.25"),                                  \
      UNET_AUGMENT_REAL("hue", (a).hue, "degrees"),                                                        \
      UNET_AUGMENT_REAL("saturation", (a).saturation, "0.2: times 0.8 to 1.2"),                            \
      UNET_AUGMENT_REAL("blur", (a).blur, "largest deviation in pixels"),                                  \
      UNET_AUGMENT_REAL("noise", (a).noise, "largest deviation of values in [0,1]")

#endif
