/* The options that decide a run's result, one line each: config.json and checkpoints keep them by the names
 * of the command line, and a resumed run is held to them. */
#ifndef UNETCL_TRAIN_OPTION_LIST_H
#define UNETCL_TRAIN_OPTION_LIST_H

#include <jansson.h>
#include <stddef.h>

#include "unetcl/train.h"

typedef enum unet_kept_type {
  UNET_KEPT_SIZE,  /* size_t */
  UNET_KEPT_SEED,  /* uint64_t */
  UNET_KEPT_REAL,  /* double */
  UNET_KEPT_INT,   /* int */
  UNET_KEPT_FLAG,  /* bool */
  UNET_KEPT_TEXT,  /* const char *, may be NULL */
  UNET_KEPT_CHOICE /* an enum; kept as its name */
} unet_kept_type;

typedef struct unet_kept_option {
  const char *name;
  unet_kept_type type;
  size_t offset;              /* in unet_train_options */
  const char *const *choices; /* names of a CHOICE, ends with NULL */
} unet_kept_option;

/* Ends with a NULL name. The network's size, channels and filters are kept apart (see config.c). */
extern const unet_kept_option unet_kept_options[];

/* *out = a new JSON value that holds the option; NULL without memory. */
json_t *unet_kept_get(const unet_kept_option *option, const unet_train_options *options);

/* Takes the option from JSON; a value that is missing or of another type leaves what is there. Texts live as
 * long as `value`. */
void unet_kept_set(const unet_kept_option *option, unet_train_options *options, const json_t *value);

#endif
