/* The fastest right algorithm of one node. */
#ifndef UNETCL_RUN_TUNE_NODE_H
#define UNETCL_RUN_TUNE_NODE_H

#include "device/device.h"
#include "graph/graph.h"
#include "unetcl/tune.h"

/* The largest error that a candidate's result may have, relative to the largest magnitude of the naive one.
 */
extern const double unet_tune_error_limit;

/* How many algorithms can compute the node on the device. */
size_t unet_tune_candidates(const unet_device *device, const unet_graph *graph, const unet_node *node);

/* Holds the result of each algorithm that fits the node to that of the naive one, times those that are right
 * in turn, and fills in all of *out but the key. The device must be profiling. UNET_INTERRUPTED when the
 * options' stop says so. */
unet_status unet_tune_node(unet_tuned_node *out, unet_device *device, const unet_graph *graph,
                           const unet_node *node, const unet_tune_options *options);

/* candidates[winner] = the fastest of the timed ones; that of the rule unless the fastest beats it by more
 * than the noise of such timings, 3 %. */
void unet_tune_elect(unet_tuned_node *node);

#endif
