/* Which steps run beside others. */
#ifndef UNETCL_PLAN_BESIDE_H
#define UNETCL_PLAN_BESIDE_H

#include "plan/plan.h"

/* Sets `last` and `beside` of all steps. */
void unet_find_steps_beside(unet_plan *plan, const unet_graph *graph);

#endif
