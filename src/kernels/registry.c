#include <string.h>

#include "base/error.h"
#include "kernels/kernel.h"
#include "kernels/node_key.h"
#include "ops/op.h"

static const unet_kernels *const registry[] = {
#define UNET_OP(ENUM, name) &unet_kernels_##name,
#include "ops/op_list.h"
#undef UNET_OP
};
_Static_assert(sizeof registry / sizeof *registry == UNET_OP_COUNT, "one entry for each op");

/* They compute nothing: the plan gives them memory that is already right. */
const unet_kernels unet_kernels_concat = {{NULL}, NULL};
const unet_kernels unet_kernels_slice = {{NULL}, NULL};

const unet_kernels *unet_kernels_of(unet_op_kind op) { return registry[op]; }

bool unet_is_algorithm(const char *name) {
  for (size_t op = 0; op < UNET_OP_COUNT; op++) {
    const unet_algorithm *const *algorithms = registry[op]->algorithms;
    for (size_t i = 0; algorithms[i]; i++) {
      if (strcmp(algorithms[i]->name, name) == 0) return true;
    }
  }
  return false;
}

static bool can_run(const unet_algorithm *algorithm, const unet_chooser *chooser, const unet_graph *graph,
                    const unet_node *node) {
  return !algorithm->fits || algorithm->fits(chooser->device, graph, node);
}

/* The algorithm of this name, if the op has it and it fits; -1 otherwise. */
static int find_named(const unet_kernels *kernels, const char *name, size_t length,
                      const unet_chooser *chooser, const unet_graph *graph, const unet_node *node) {
  for (int i = 0; kernels->algorithms[i]; i++) {
    const unet_algorithm *algorithm = kernels->algorithms[i];
    if (strlen(algorithm->name) == length && strncmp(algorithm->name, name, length) == 0 &&
        can_run(algorithm, chooser, graph, node)) {
      return i;
    }
  }
  return -1;
}

/* -1 where the table has no entry for the node, or one that this version or device cannot follow. */
static int choose_by_table(const unet_kernels *kernels, const unet_chooser *chooser, const unet_graph *graph,
                           const unet_node *node) {
  char key[UNET_NODE_KEY_BYTES];
  unet_node_key(key, graph, node);
  const char *name = unet_tuning_find(chooser->table, key);
  return name ? find_named(kernels, name, strlen(name), chooser, graph, node) : -1;
}

/* The first algorithm of the variant that can run; -1 without one. */
static int find_variant(const unet_kernels *kernels, unet_variant variant, const unet_chooser *chooser,
                        const unet_graph *graph, const unet_node *node) {
  for (int i = 0; kernels->algorithms[i]; i++) {
    if (kernels->algorithms[i]->variant == variant && can_run(kernels->algorithms[i], chooser, graph, node))
      return i;
  }
  return -1;
}

static int choose_by_rule(const unet_kernels *kernels, const unet_chooser *chooser, const unet_graph *graph,
                          const unet_node *node) {
  int index = -1;
  if (kernels->rule)
    index = find_variant(kernels, kernels->rule(chooser->device, graph, node), chooser, graph, node);
  unet_variant usual = chooser->device->type == UNET_DEVICE_CPU ? UNET_VECTOR : UNET_GROUP;
  if (index < 0) index = find_variant(kernels, usual, chooser, graph, node);
  return index < 0 ? 0 : index;
}

/* Takes the next name of the recorded list. */
static unet_status choose_recorded(int *index, const unet_kernels *kernels, unet_chooser *chooser,
                                   const unet_graph *graph, const unet_node *node) {
  size_t length = strcspn(chooser->recorded, ",");
  *index = find_named(kernels, chooser->recorded, length, chooser, graph, node);
  if (*index < 0) {
    return unet_fail(
        UNET_BAD_INPUT,
        "the run was made with the algorithm '%.*s' for %s, which this version or device does not have; "
        "train afresh with --overwrite",
        (int)length, chooser->recorded, unet_op_of(node->op)->name);
  }
  chooser->recorded += length + (chooser->recorded[length] == ',');
  return UNET_OK;
}

unet_status unet_choose_algorithm(void *user, const unet_graph *graph, const unet_node *node,
                                  unet_choice *out) {
  unet_chooser *chooser = user;
  const unet_kernels *kernels = unet_kernels_of(node->op);
  int index = -1;
  if (chooser->recorded) UNET_TRY(choose_recorded(&index, kernels, chooser, graph, node));
  if (index < 0 && chooser->forced) {
    index = find_named(kernels, chooser->forced, strlen(chooser->forced), chooser, graph, node);
  }
  if (index < 0 && chooser->table) index = choose_by_table(kernels, chooser, graph, node);
  if (index < 0) index = choose_by_rule(kernels, chooser, graph, node);
  const unet_algorithm *algorithm = kernels->algorithms[index];
  out->algorithm = index;
  out->workspace_floats =
      algorithm->workspace ? algorithm->workspace(algorithm, chooser->device, graph, node) : 0;
  out->transformed_floats = algorithm->transformed ? algorithm->transformed(chooser->device, graph, node) : 0;
  out->overwrites = algorithm->overwrites;
  out->merges = algorithm->merges ? algorithm->merges(chooser->device, graph, node) : 0;
  return UNET_OK;
}
