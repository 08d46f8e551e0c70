#include "train/train_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "graph/graph.h"

bool unet_is_norm(const unet_parameter *tensor) {
  const size_t length = strlen(tensor->name), ending = strlen(".norm");
  return length > ending && strcmp(tensor->name + length - ending, ".norm") == 0;
}

static unet_status list_tensors(unet_train_state *state, const unet_network *network) {
  const unet_graph *graph = network->graph;
  UNET_TRY(unet_alloc_array((void *)&state->tensors, graph->n_values, sizeof *state->tensors));
  for (unet_value v = unet_network_next_parameter(network, UNET_NO_VALUE); v != UNET_NO_VALUE;
       v = unet_network_next_parameter(network, v)) {
    const unet_value_info *info = unet_info(graph, v);
    const unet_shape shape = info->shape;
    const size_t count = unet_elements(shape);
    state->tensors[state->n_tensors++] =
        (unet_parameter){.name = info->name, .shape = {shape.n, shape.c, shape.h, shape.w}, .count = count};
    state->count += count;
  }
  return UNET_OK;
}

static unet_status allocate(unet_train_state *state, bool average, bool running) {
  UNET_TRY(unet_alloc_array((void *)&state->weights, state->count, sizeof(float)));
  UNET_TRY(unet_alloc_array((void *)&state->first, state->count, sizeof(float)));
  UNET_TRY(unet_alloc_array((void *)&state->second, state->count, sizeof(float)));
  if (average) UNET_TRY(unet_alloc_array((void *)&state->average, state->count, sizeof(float)));
  if (!running) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&state->running, state->count, sizeof(float)));
  return unet_alloc_array((void *)&state->found, state->count, sizeof(float));
}

unet_status unet_train_state_make(unet_train_state *out, const unet_network *network, bool average) {
  *out = (unet_train_state){0};
  UNET_TRY(list_tensors(out, network));
  UNET_TRY(allocate(out, average, network->n_norms > 0));
  size_t offset = 0;
  for (size_t i = 0; i < out->n_tensors; offset += out->tensors[i++].count) {
    unet_parameter *tensor = &out->tensors[i];
    tensor->values = out->weights + offset;
    if (!unet_is_norm(tensor)) continue;
    for (size_t k = tensor->count / 2; k < tensor->count; k++) out->running[offset + k] = 1.0f;
  }
  return UNET_OK;
}

void unet_train_state_free(unet_train_state *state) {
  free(state->tensors);
  free(state->weights);
  free(state->first);
  free(state->second);
  free(state->average);
  free(state->running);
  free(state->found);
  *state = (unet_train_state){0};
}

void unet_train_state_follow(unet_train_state *state, float blend) {
  for (size_t k = 0; k < state->count && state->running; k++)
    state->running[k] += blend * (state->found[k] - state->running[k]);
}

/* `norm`: scales, then shifts; `running`: means, then variances; both of the weights' out channels. */
static void fold(const unet_parameter *weight, const unet_parameter *bias, const float *norm,
                 const float *running) {
  const size_t out = bias->count, fan = weight->count / out;
  for (size_t o = 0; o < out; o++) {
    const double scale = (double)norm[o] / sqrt((double)running[out + o] + UNET_BATCH_NORM_EPSILON);
    for (size_t k = 0; k < fan; k++) {
      float *w = &weight->values[o * fan + k];
      *w = (float)((double)*w * scale);
    }
    bias->values[o] = (float)(((double)bias->values[o] - (double)running[o]) * scale + (double)norm[out + o]);
  }
}

void unet_train_state_model(const unet_train_state *state, unet_model *model) {
  const float *values = state->average ? state->average : state->weights;
  size_t offset = 0, made = 0;
  for (size_t i = 0; i < state->n_tensors; offset += state->tensors[i++].count) {
    if (unet_is_norm(&state->tensors[i])) {
      fold(unet_model_tensor(model, made - 2), unet_model_tensor(model, made - 1), values + offset,
           state->running + offset);
    } else {
      const unet_parameter *tensor = unet_model_tensor(model, made++);
      memcpy(tensor->values, values + offset, tensor->count * sizeof *values);
    }
  }
}
