/* What tests of the plan share: a way to choose algorithms, where values lie, whether the plan holds. */
#ifndef UNETCL_TESTS_PLAN_CASE_H
#define UNETCL_TESTS_PLAN_CASE_H

#include "check_main.h"
#include "plan/plan.h"

/* Every node takes its first algorithm and a little scratch, so that workspaces are planned, too, and some a
 * transformed parameter. */
unet_status plan_choose_first(void *user, const unet_graph *graph, const unet_node *node, unet_choice *out);

/* Walks the steps with a map of who owns each float: a step's inputs must still hold what was written, and
 * its outputs must not be its inputs. */
void assert_plan_holds(const unet_graph *graph, const unet_plan *plan);

/* From the first to the last float of a value in the arena, or of scratch memory; empty elsewhere. */
typedef struct extent {
  int region;
  size_t from, to;
} extent;

extent extent_of(const unet_graph *graph, const unet_plan *plan, unet_value value);
extent workspace_of(const unet_step *step);
extent transformed_of(const unet_step *step);
bool meet(extent a, extent b);

#endif
