/* Runs a planned graph on a device: allocates the regions once, then walks the steps. */
#ifndef UNETCL_RUN_EXECUTOR_H
#define UNETCL_RUN_EXECUTOR_H

#include "kernels/kernel.h"

typedef struct unet_executor unet_executor;

/* How the algorithms are chosen: see unet_chooser. By default from the device's tuning table, where it has
 * one, and else by the rules. */
typedef struct unet_executor_options {
  const char *forced; /* take this algorithm wherever it exists and fits; NULL: none */
  const char
      *recorded; /* the algorithms of an earlier run, as unet_executor_algorithms gave them; NULL: none */
  bool untuned;  /* leave the tuning table aside */
  const unet_executor *lender; /* its arena serves this one, too, where it is large enough, and only one of
                                  them may be at work; NULL: an arena of its own */
} unet_executor_options;

/* Plans the graph, checks that device and host have the memory (UNET_NO_RESOURCE with what is needed and what
 * there is), allocates zeroed regions and builds all programs. `options` may be NULL. The device and
 * the graph must outlive the executor; the lender need not. */
unet_status unet_executor_create(unet_executor **out, unet_device *device, const unet_graph *graph,
                                 const unet_executor_options *options);
void unet_executor_destroy(unet_executor *executor);

/* Dense (n,c,h,w) floats into an INPUT (n images), or all of a SCALARS value or PARAMETER (n ignored). Waits.
 */
unet_status unet_executor_write(unet_executor *executor, unet_value value, const float *source, size_t n);
/* The same for an INPUT, without waiting: the source must stay as it is until a call that waits has returned.
 */
unet_status unet_executor_send(unet_executor *executor, unet_value value, const float *source, size_t n);
/* Dense floats out of a kept value, INPUT, PARAMETER or GRADIENT. Waits for the queue. */
unet_status unet_executor_read(unet_executor *executor, unet_value value, float *target, size_t n);
/* The same for a kept value of dense numbers, without waiting: the target has them when a call that waits has
 * returned. */
unet_status unet_executor_fetch(unet_executor *executor, unet_value value, float *target);
/* The same for what lies beside a PARAMETER: region UNET_REGION_FIRST_MOMENT, _SECOND_MOMENT or _GRADIENTS.
 */
unet_status unet_executor_write_beside(unet_executor *executor, int region, unet_value parameter,
                                       const float *source);
unet_status unet_executor_read_beside(unet_executor *executor, int region, unet_value parameter,
                                      float *target);

/* Where the values of a region lie. */
cl_mem unet_executor_region(const unet_executor *executor, int region);

/* Where the value's `n` images lie, for those who fill an INPUT on the device. */
unet_tensor unet_executor_tensor(const unet_executor *executor, unet_value value, size_t n);

typedef enum unet_run_part {
  UNET_RUN_FORWARD, /* the steps before the backward ones: inference, validation */
  UNET_RUN_ALL      /* a training step, Adam included */
} unet_run_part;

/* Puts the steps in the queue for `n` images, at most the graph's batch, and has the device begin; does not
 * wait. */
unet_status unet_executor_run(unet_executor *executor, unet_run_part part, size_t n);

const unet_plan *unet_executor_plan(const unet_executor *executor);

/* *text = the algorithm of each step, separated by commas; the caller frees it. */
unet_status unet_executor_algorithms(char **text, const unet_executor *executor);

#endif
