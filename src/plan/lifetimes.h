/* How long values are needed, and which results take the place of what their step reads. */
#ifndef UNETCL_PLAN_LIFETIMES_H
#define UNETCL_PLAN_LIFETIMES_H

#include "plan/plan.h"
#include "plan/storage.h"

/* The first and last step that touch a storage. */
typedef struct unet_lifetime {
  size_t first, last;
  bool used;
} unet_lifetime;

/* Fills lives[0..n_values), zeroed before; those of roots count. */
void unet_find_lifetimes(unet_lifetime *lives, const unet_plan *plan, const unet_graph *graph,
                         const unet_storage *storage);

/* Gives a result the storage of an input that its algorithm may overwrite and nobody reads afterwards or at
 * the same time: it then lies in lines that are in the cache, and costs no memory. */
void unet_reuse_in_place(unet_storage *storage, unet_lifetime *lives, const unet_plan *plan,
                         const unet_graph *graph);

#endif
