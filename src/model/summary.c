/* The table that Keras users know: layer, output shape, parameters, what it is connected to. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernel.h"
#include "model/network.h"
#include "plan/plan.h"

/* The default algorithms of a CPU with wide vectors; the scratch memory of others differs little. */
static unet_device_info typical_device(void) {
  return (unet_device_info){.type = UNET_DEVICE_CPU, .native_vector_width = 16};
}

/* "enc1.conv1" from "enc1.conv1.weight"; "" for a node without parameters. */
static void layer_name(char name[64], const unet_graph *graph, const unet_node *node) {
  name[0] = '\0';
  if (node->inputs[1] == UNET_NO_VALUE) return;
  const unet_value_info *weight = unet_info(graph, node->inputs[1]);
  const char *dot = weight->name ? strrchr(weight->name, '.') : NULL;
  if (weight->kind == UNET_VALUE_PARAMETER && dot)
    snprintf(name, 64, "%.*s", (int)(dot - weight->name), weight->name);
}

static const char *layer_type(const unet_node *node) {
  switch (node->op) {
    case UNET_OP_CONV2D:
      return node->attributes.elu ? "Conv2D, ELU" : node->attributes.sigmoid ? "Conv2D, Sigmoid" : "Conv2D";
    case UNET_OP_CONV_TRANSPOSE:
      return "Conv2DTranspose";
    case UNET_OP_MAXPOOL:
      return "MaxPooling2D";
    case UNET_OP_CONCAT:
      return "Concatenate";
    default:
      return "Sigmoid";
  }
}

static size_t parameters_of(const unet_graph *graph, const unet_node *node) {
  size_t count = 0;
  for (int slot = 1; slot < UNET_MAX_INPUTS; slot++) {
    unet_value input = node->inputs[slot];
    if (input == UNET_NO_VALUE || unet_info(graph, input)->kind != UNET_VALUE_PARAMETER) continue;
    count += unet_elements(unet_shape_of(graph, input));
  }
  return count;
}

static void print_shape(FILE *out, unet_shape shape) {
  char text[64];
  snprintf(text, sizeof text, "(N, %zu, %zu, %zu)", shape.c, shape.h, shape.w);
  fprintf(out, "%-22s", text);
}

static size_t print_layers(FILE *out, const unet_network *network) {
  const unet_graph *graph = network->graph;
  size_t total = 0;
  fprintf(out, "%-14s%-18s%-22s%12s\n", "layer", "type", "output (N,C,H,W)", "parameters");
  fprintf(out, "%-14s%-18s", "images", "Input");
  print_shape(out, unet_shape_of(graph, network->images));
  fprintf(out, "%12d\n", 0);
  for (size_t i = 0; i < graph->n_nodes; i++) {
    const unet_node *node = &graph->nodes[i];
    char name[64];
    layer_name(name, graph, node);
    size_t count = parameters_of(graph, node);
    total += count;
    fprintf(out, "%-14s%-18s", name, layer_type(node));
    print_shape(out, unet_shape_of(graph, node->outputs[0]));
    fprintf(out, "%12zu\n", count);
  }
  return total;
}

/* Device memory of a plan, and what it would be if nothing were reused. */
static unet_status print_memory(FILE *out, const unet_architecture *architecture, size_t batch,
                                unet_network_mode mode) {
  unet_device_info device = typical_device();
  unet_chooser chooser = {.device = &device};
  unet_network network;
  unet_plan *plan = NULL;
  UNET_TRY(unet_network_build(&network, architecture, batch, mode));
  unet_status status =
      unet_plan_create(&plan, network.graph, SIZE_MAX / sizeof(float), unet_choose_algorithm, &chooser);
  if (status == UNET_OK) {
    fprintf(out, "memory of %s at batch %zu: %.1f MB (%.1f MB without reuse)\n",
            mode == UNET_NETWORK_TRAINING ? "training " : "inference", batch,
            (double)unet_plan_bytes(plan) / 1e6, (double)unet_plan_unshared_bytes(plan) / 1e6);
  }
  unet_plan_destroy(plan);
  unet_network_destroy(&network);
  return status;
}

static unet_status print_summary(FILE *out, const unet_architecture *architecture, size_t batch) {
  unet_network network;
  UNET_TRY(unet_network_build(&network, architecture, batch, UNET_NETWORK_INFERENCE));
  size_t total = print_layers(out, &network);
  unet_network_destroy(&network);
  fprintf(out, "\nparameters: %zu (%.2f MB), all trainable\n", total,
          (double)total * (double)sizeof(float) / 1e6);
  UNET_TRY(print_memory(out, architecture, batch, UNET_NETWORK_TRAINING));
  return print_memory(out, architecture, batch, UNET_NETWORK_INFERENCE);
}

unet_status unet_architecture_summary(char **text, const unet_architecture *architecture, size_t batch) {
  if (batch == 0) return unet_fail(UNET_USAGE, "a batch of 0 images is empty; use 1 or more");
  size_t length = 0;
  char *buffer = NULL;
  FILE *out = open_memstream(&buffer, &length);
  if (!out) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  unet_status status = print_summary(out, architecture, batch);
  if (fclose(out) != 0 && status == UNET_OK) status = unet_fail(UNET_NO_RESOURCE, "out of memory");
  if (status != UNET_OK) {
    free(buffer);
    return status;
  }
  *text = buffer;
  return UNET_OK;
}
