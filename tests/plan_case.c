#include "plan_case.h"

#include <stdlib.h>

#include "graph/layout.h"

unet_status plan_choose_first(void *user, const unet_graph *graph, const unet_node *node, unet_choice *out) {
  (void)user;
  (void)graph;
  bool transforms = node->op == UNET_OP_CONV2D || node->op == UNET_OP_CONV2D_INPUT_GRAD;
  *out = (unet_choice){.algorithm = 0,
                       .workspace_floats = node->backward ? 100 : 0,
                       .transformed_floats = transforms ? 70 : 0};
  return UNET_OK;
}

/* What a step writes, UNET_NO_VALUE where `slot` holds nothing. */
static unet_value written_by(const unet_graph *graph, const unet_step *step, int slot) {
  if (slot < UNET_MAX_OUTPUTS) return graph->nodes[step->node].outputs[slot];
  return step->merged < 0 ? UNET_NO_VALUE : graph->nodes[step->merged].outputs[0];
}

void assert_plan_holds(const unet_graph *graph, const unet_plan *plan) {
  int *owner[UNET_MAX_REGIONS] = {NULL};
  for (size_t r = UNET_REGION_ARENA; r < plan->n_regions; r++)
    owner[r] = calloc(plan->region_floats[r], sizeof(int));
  for (size_t i = 0; i < plan->n_steps; i++) {
    const unet_node *node = &graph->nodes[plan->steps[i].node];
    if (plan->steps[i].done) continue;
    for (int pass = 0; pass < 2; pass++) {
      for (int slot = 0; slot < (pass ? UNET_MAX_OUTPUTS + 1 : UNET_MAX_INPUTS); slot++) {
        unet_value value = pass ? written_by(graph, &plan->steps[i], slot) : node->inputs[slot];
        if (value == UNET_NO_VALUE || unet_info(graph, value)->kind != UNET_VALUE_PLANES) continue;
        unet_shape shape = unet_shape_of(graph, value);
        unet_placement place = plan->places[value];
        ck_assert_int_ge(place.region, UNET_REGION_ARENA);
        size_t plane = unet_plane_stride(shape.h, shape.w);
        for (size_t p = 0; p < shape.n * shape.c; p++) {
          size_t at = place.offset + p / shape.c * place.n_stride + p % shape.c * plane;
          ck_assert_uint_le(at + plane, plan->region_floats[place.region]);
          int *first = &owner[place.region][at];
          if (pass) first[0] = first[plane - 1] = 1 + value;
          int who = first[0] - 1, last = first[plane - 1] - 1;
          const unet_node *maker = who >= 0 ? unet_producer(graph, who) : NULL;
          ck_assert_msg(maker != NULL && last == who, "step %zu reads value %d where nothing is", i, value);
          ck_assert_msg(who == value || unet_shape_of(graph, who).h == shape.h,
                        "step %zu reads value %d and finds %d", i, value, who);
        }
      }
    }
  }
  for (size_t r = UNET_REGION_ARENA; r < plan->n_regions; r++) free(owner[r]);
}

extent extent_of(const unet_graph *graph, const unet_plan *plan, unet_value value) {
  if (value == UNET_NO_VALUE || unet_info(graph, value)->kind != UNET_VALUE_PLANES)
    return (extent){.region = -1};
  unet_shape shape = unet_shape_of(graph, value);
  const unet_placement *place = &plan->places[value];
  return (extent){
      place->region, place->offset,
      place->offset + (shape.n - 1) * place->n_stride + shape.c * unet_plane_stride(shape.h, shape.w)};
}

extent workspace_of(const unet_step *step) {
  if (!step->choice.workspace_floats) return (extent){.region = -1};
  return (extent){step->workspace.region, step->workspace.offset,
                  step->workspace.offset + step->choice.workspace_floats};
}

extent transformed_of(const unet_step *step) {
  if (!step->choice.transformed_floats) return (extent){.region = -1};
  return (extent){step->transformed.region, step->transformed.offset,
                  step->transformed.offset + step->choice.transformed_floats};
}

bool meet(extent a, extent b) {
  return a.region >= 0 && a.region == b.region && a.from < b.to && b.from < a.to;
}
