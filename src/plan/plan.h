/* A graph made into a list of steps with a place in memory for every value. Plain arithmetic: knows no
 * device. */
#ifndef UNETCL_PLAN_PLAN_H
#define UNETCL_PLAN_PLAN_H

#include "graph/graph.h"

/* Memory comes in regions, each one buffer. The arena may need several: a device limits one allocation. */
enum {
  UNET_REGION_PARAMETERS,
  UNET_REGION_GRADIENTS, /* laid out like the parameters, as the next three */
  UNET_REGION_FIRST_MOMENT,
  UNET_REGION_SECOND_MOMENT,
  UNET_REGION_AVERAGE,
  UNET_REGION_TRANSFORMED, /* parameters as algorithms read them, where runs share them */
  UNET_REGION_INPUTS,      /* written by the host; never shared, so its halos stay zero */
  UNET_REGION_ARENA,       /* and the following ones */
  UNET_MAX_REGIONS = 64
};

/* Where a value lies: plane 0 (or the first number) at `offset` floats of its region. */
typedef struct unet_placement {
  int region; /* -1: the value is not used */
  size_t offset;
  size_t n_stride; /* floats from one image to the next; a slice has that of its storage */
} unet_placement;

/* What a convolution's algorithm can compute while it has its result at hand: the node after it. */
enum unet_merge {
  UNET_MERGE_POOLING = 1,   /* max pooling */
  UNET_MERGE_HEAD = 2,      /* a 1x1 convolution to one channel */
  UNET_MERGE_TRANSPOSED = 4 /* a transposed convolution, where nothing else reads the result */
};

/* How a step computes its node: an index into the op's algorithms, and the memory that takes. */
typedef struct unet_choice {
  int algorithm;
  size_t workspace_floats;   /* scratch */
  size_t transformed_floats; /* the parameter in the form in which the algorithm reads it; 0: as it is */
  int merges;                /* what it can compute beside its node, of unet_merge */
  unsigned overwrites;       /* bit s: its result may take the place of input s */
} unet_choice;

typedef struct unet_step {
  int node;
  unet_choice choice;
  unet_placement workspace;   /* region -1: none */
  unet_placement transformed; /* in UNET_REGION_TRANSFORMED: as long as the parameter stays as it is; in the
                                 arena: for the step */
  size_t last; /* the last step that may begin before this one has ended: up to it none touches what this one
                  writes, nor writes what it reads. Itself: none may; others run aside, in their order */
  size_t beside; /* how many of those before it may still run while it does */
  int merged;    /* the node after it, which it computes, too; -1: none */
  bool unread;   /* nothing but that node reads its result, which need not be stored */
  bool done;     /* the step of such a node: there is nothing left to run */
} unet_step;

typedef struct unet_plan {
  unet_step *steps;
  size_t n_steps;
  size_t n_forward_steps; /* the first ones: what inference and validation need */
  unet_placement *places; /* per value of the graph */
  size_t region_floats[UNET_MAX_REGIONS];
  size_t n_regions;
  size_t unshared_arena_floats; /* what the arena would be if no two values shared memory */
} unet_plan;

/* Chooses the algorithm of a node; the kernels' registry implements it, tests bring their own. */
typedef unet_status (*unet_choose_fn)(void *user, const unet_graph *graph, const unet_node *node,
                                      unet_choice *out);

/* Plans the graph. `chunk_floats` is the largest region of the arena (a value larger than that is
 * UNET_NO_RESOURCE, with what is needed). */
unet_status unet_plan_create(unet_plan **out, const unet_graph *graph, size_t chunk_floats,
                             unet_choose_fn choose, void *user);
void unet_plan_destroy(unet_plan *plan);

/* All regions together, in bytes. */
size_t unet_plan_bytes(const unet_plan *plan);
/* The same if no two values shared memory. */
size_t unet_plan_unshared_bytes(const unet_plan *plan);

#endif
