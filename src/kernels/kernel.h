/* The algorithms that compute the ops on a device. One file per op family: src/kernels/<op>.c. */
#ifndef UNETCL_KERNELS_KERNEL_H
#define UNETCL_KERNELS_KERNEL_H

#include "device/device.h"
#include "graph/graph.h"
#include "kernels/tuning_table.h"
#include "plan/plan.h"

/* A tensor as a kernel gets it: planes (or dense numbers) from `offset` floats of a buffer on. */
typedef struct unet_tensor {
  cl_mem buffer;
  cl_ulong offset;
  cl_int n, c, h, w; /* n: images of this run, at most the planned batch */
  cl_int n_stride, plane_stride, row_stride;
} unet_tensor;

/* How kernels take a tensor: planes by their place and the distance of images, an image's size, dense
 * numbers. */
#define UNET_PLANES(tensor) \
  UNET_ARGUMENT((tensor)->buffer), UNET_ARGUMENT((tensor)->offset), UNET_ARGUMENT((tensor)->n_stride)
#define UNET_SIZES(tensor) \
  UNET_ARGUMENT((tensor)->h), UNET_ARGUMENT((tensor)->row_stride), UNET_ARGUMENT((tensor)->plane_stride)
#define UNET_DENSE(tensor) UNET_ARGUMENT((tensor)->buffer), UNET_ARGUMENT((tensor)->offset)

/* How the work is cut for the device; most sources serve all three through their macros. */
typedef enum unet_variant {
  UNET_NAIVE,    /* a work-item per element */
  UNET_VECTOR,   /* groups of one work-item with wide vectors: CPUs */
  UNET_GROUP,    /* groups of many work-items on neighbouring elements: GPUs */
  UNET_GEMM,     /* matrix products of CLBlast, with such groups around them: wide layers on GPUs */
  UNET_WINOGRAD, /* wide vectors of tiles with fewer multiplications: 3x3 convolutions on CPUs */
  UNET_CHANNELS, /* wide vectors of results: convolutions of few pixels on CPUs */
  UNET_IM2COL    /* gathered pixels in wide vectors: weight gradients of layers of few pixels on CPUs */
} unet_variant;

typedef struct unet_algorithm unet_algorithm;

/* All that a launch needs to know: the node, its tensors (absent ones have a NULL buffer), scratch. */
typedef struct unet_call {
  unet_device *device;
  const unet_algorithm *algorithm;
  const unet_graph *graph;
  const unet_node *node;
  unet_tensor inputs[UNET_MAX_INPUTS];
  unet_tensor outputs[UNET_MAX_OUTPUTS];
  unet_tensor workspace, transformed;
  const unet_node *merged; /* the node after it, to be computed, too (unet_merge); NULL: none */
  unet_tensor merged_inputs[UNET_MAX_INPUTS], merged_output;
  bool unread;           /* the result itself need not be stored */
  const cl_mem *regions; /* ADAM works on whole regions */
  size_t parameter_floats;
} unet_call;

/* One way to compute an op. */
struct unet_algorithm {
  const char *name; /* "naive", "vector", "group", "clblast", "winograd", "channels", "im2col" */
  unet_variant variant;
  /* Whether it can compute the node on the device; NULL: always. */
  bool (*fits)(const unet_device_info *device, const unet_graph *graph, const unet_node *node);
  /* Floats of scratch; NULL: none. */
  size_t (*workspace)(const unet_algorithm *self, const unet_device_info *device, const unet_graph *graph,
                      const unet_node *node);
  /* Floats of its parameter in the form in which it reads it, and what makes that; NULL: it reads the
   * parameter itself. */
  size_t (*transformed)(const unet_device_info *device, const unet_graph *graph, const unet_node *node);
  unet_status (*transform)(const unet_call *call);
  unsigned overwrites; /* bit s: each work-item reads input s only where it then writes the result */
  /* What it can merge, of unet_merge; NULL: nothing. */
  int (*merges)(const unet_device_info *device, const unet_graph *graph, const unet_node *node);
  unet_status (*launch)(const unet_call *call);
};

enum { UNET_MAX_ALGORITHMS = 8 };

/* An op's algorithms; the first is the naive one. An op without any (concat, slice) costs nothing. */
typedef struct unet_kernels {
  const unet_algorithm *algorithms[UNET_MAX_ALGORITHMS]; /* ends with NULL */
  /* The rule: the variant for this node where nothing was measured; NULL: what suits the type of device. */
  unet_variant (*rule)(const unet_device_info *device, const unet_graph *graph, const unet_node *node);
} unet_kernels;

#define UNET_OP(ENUM, name) extern const unet_kernels unet_kernels_##name;
#include "ops/op_list.h"
#undef UNET_OP

const unet_kernels *unet_kernels_of(unet_op_kind op);

/* Whether any op has an algorithm of this name. */
bool unet_is_algorithm(const char *name);

/* A unet_choose_fn over the registry; `user` is a unet_chooser. The first of these that has an answer for a
 * node decides: recorded, forced, table, the rule. */
typedef struct unet_chooser {
  const unet_device_info *device;
  const char *recorded; /* names separated by commas, one per step, used up as nodes come; NULL: none */
  const char *forced;   /* take this algorithm wherever it exists and fits; NULL: none */
  const unet_tuning_table *table; /* what was fastest when measured; NULL: none */
} unet_chooser;
unet_status unet_choose_algorithm(void *user, const unet_graph *graph, const unet_node *node,
                                  unet_choice *out);

#endif
