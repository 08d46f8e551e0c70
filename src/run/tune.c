/* Walks the nodes of a network, has each distinct one tuned, and writes the table. */
#include "unetcl/tune.h"

#include <stdlib.h>

#include "kernels/node_key.h"
#include "kernels/tuning_table.h"
#include "model/network.h"
#include "run/tune_node.h"

/* What is being tuned. */
typedef struct tuning {
  unet_device *device;
  const unet_tune_options *options;
  unet_tuning_table *table;
} tuning;

static unet_status tune_one(const tuning *t, const unet_graph *graph, const unet_node *node) {
  char key[UNET_NODE_KEY_BYTES];
  unet_node_key(key, graph, node);
  if (unet_tuning_find(t->table, key)) return UNET_OK;
  unet_tuned_node tuned = {.key = key};
  UNET_TRY(unet_tune_node(&tuned, t->device, graph, node, t->options));
  UNET_TRY(unet_tuning_add(t->table, &tuned));
  if (t->options->on_node) t->options->on_node(t->options->user, &tuned);
  return UNET_OK;
}

static unet_status tune_nodes(const tuning *t, const unet_graph *graph) {
  for (size_t i = 0; i < graph->n_nodes; i++) {
    if (unet_tune_candidates(t->device, graph, &graph->nodes[i]) < 2) continue;
    UNET_TRY(tune_one(t, graph, &graph->nodes[i]));
  }
  return UNET_OK;
}

static unet_status tune_training(const tuning *t, bool normalise) {
  const unet_training_form form = {.loss = unet_bce_dice_loss(), .normalise = normalise};
  unet_network network;
  UNET_TRY(unet_network_build_training(&network, &t->options->architecture, t->options->batch, &form));
  unet_status status = tune_nodes(t, network.graph);
  unet_network_destroy(&network);
  return status;
}

static unet_status tune_inference(const tuning *t, size_t batch) {
  unet_network network;
  UNET_TRY(unet_network_build(&network, &t->options->architecture, batch, UNET_NETWORK_INFERENCE));
  unet_status status = tune_nodes(t, network.graph);
  unet_network_destroy(&network);
  return status;
}

/* As train runs it by either --norm, as a predictor with this batch does, and as predict and evaluate do. */
static unet_status tune_networks(const tuning *t) {
  UNET_TRY(tune_training(t, false));
  UNET_TRY(tune_training(t, true));
  UNET_TRY(tune_inference(t, t->options->batch));
  return tune_inference(t, 1);
}

static unet_status measure(const tuning *t) {
  UNET_TRY(unet_profile_enable(t->device, 1));
  unet_status status = tune_networks(t);
  unet_status ended = unet_profile_enable(t->device, 0);
  return status != UNET_OK ? status : ended;
}

static unet_status find_place(char **path, const unet_device_info *device) {
  if (unet_tuning_is_off()) {
    return unet_fail(UNET_USAGE, "UNETCL_TUNING=off: a tuning table would not be used; unset it to tune");
  }
  UNET_TRY(unet_tuning_path(path, device));
  if (*path) return unet_tuning_prepare(*path);
  return unet_fail(UNET_NO_RESOURCE, "the tuning table has no place; set XDG_CACHE_HOME or HOME to a folder");
}

unet_status unet_tune(char **path, unet_device *device, const unet_tune_options *options) {
  const unet_device_info *info = unet_device_get_info(device);
  tuning t = {.device = device, .options = options};
  char *place = NULL;
  unet_status status = UNET_OK;
  if (options->batch == 0)
    return unet_fail(UNET_USAGE, "a batch of no images makes no sense; give 1 or more");
  UNET_TRY_GOTO(done, unet_architecture_check(&options->architecture));
  UNET_TRY_GOTO(done, find_place(&place, info));
  UNET_TRY_GOTO(done, unet_tuning_create(&t.table));
  UNET_TRY_GOTO(done, measure(&t));
  UNET_TRY_GOTO(done, unet_tuning_save(t.table, info, place));
  *path = place;
  place = NULL;
done:
  unet_tuning_destroy(t.table);
  free(place);
  return status;
}
