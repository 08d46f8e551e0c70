/* Tuning: which algorithm computes each node of a network fastest on a device, measured there and kept in a
 * table in the user's cache folder. Everything that runs networks afterwards takes its algorithms from it. */
#ifndef UNETCL_TUNE_H
#define UNETCL_TUNE_H

#include <stdbool.h>
#include <stddef.h>

#include "unetcl/device.h"
#include "unetcl/model.h"

enum { UNET_MAX_CANDIDATES = 8 };

typedef enum unet_candidate_state {
  UNET_CANDIDATE_TIMED,
  UNET_CANDIDATE_SLOW,  /* several times slower than another one at the first look: not timed further */
  UNET_CANDIDATE_WRONG, /* its result is not that of the naive algorithm: never taken */
  UNET_CANDIDATE_FAILED /* the device could not build or run it: never taken */
} unet_candidate_state;

/* An algorithm that can compute a node. */
typedef struct unet_candidate {
  const char *algorithm; /* "naive", "vector", ...; a constant */
  unet_candidate_state state;
  double ms;    /* TIMED: the fastest run of the whole batch, by the device's clock */
  double error; /* worst distance from the naive result, relative to that one's largest magnitude */
} unet_candidate;

typedef struct unet_tuned_node {
  const char *key; /* "conv2d n8 16->16 128x128 k3 elu"; lives only during the callback */
  unet_candidate candidates[UNET_MAX_CANDIDATES];
  size_t n_candidates;
  size_t winner; /* in candidates */
  size_t rule;   /* what is taken without a table; the winner is another one only if it is 3 % faster */
} unet_tuned_node;

typedef struct unet_tune_options {
  unet_architecture architecture;
  size_t
      batch; /* images at a time in training, 1 or more; prediction is tuned for it and for single images */
  void (*on_node)(void *user, const unet_tuned_node *node); /* after each node; may be NULL */
  bool (*stop)(void *user); /* asked often; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
} unet_tune_options;

/* Measures each distinct node of the network, in training and in prediction, and adds the fastest algorithms
 * to the device's table, which is written at the very end: after any failure the old one stands. *path = the
 * table's file, which the caller frees.
 * UNET_USAGE: options that make no sense, or UNETCL_TUNING=off; UNET_NO_RESOURCE: the table has no place (set
 * XDG_CACHE_HOME or HOME) or cannot be written, which is found before anything is measured, or memory;
 * UNET_INTERRUPTED: stopped. */
UNET_API unet_status unet_tune(char **path, unet_device *device, const unet_tune_options *options);

#endif
