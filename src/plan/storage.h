/* Which values share a storage: the inputs of a concat lie inside its output, a slice inside its input. */
#ifndef UNETCL_PLAN_STORAGE_H
#define UNETCL_PLAN_STORAGE_H

#include "graph/graph.h"

/* A value's place within the storage of `root` (itself, where it shares nothing). */
typedef struct unet_storage {
  unet_value root;
  size_t first_channel;
} unet_storage;

/* Fills storage[0..n_values). */
void unet_find_storage(unet_storage *storage, const unet_graph *graph);

#endif
