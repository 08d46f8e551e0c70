#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "device_fixture.h"
#include "op_case.h"
#include "plan/plan.h"
#include "ref/reference.h"
#include "run/executor.h"

enum { COUNT = 1000, STEPS = 5 }; /* not a multiple of what a group takes */

typedef struct adam_state {
  float w[COUNT], m[COUNT], v[COUNT], average[COUNT], g[COUNT];
} adam_state;

/* Gradients from 1e-12 to 10, where eps decides, and where it does not. */
static void fill(adam_state *s) {
  memset(s, 0, sizeof *s);
  op_case numbers = {.seed = 5};
  op_case_fill(&numbers, s->w, COUNT, -1.0f, 1.0f);
  for (size_t i = 0; i < COUNT; i++) s->g[i] = (i % 2 ? -1.0f : 1.0f) * powf(10.0f, (float)(i % 14) - 12.0f);
}

static double step_rate(int t) { return 1e-3 * sqrt(1.0 - pow(0.999, t)) / (1.0 - pow(0.9, t)); }

static void assert_close(const char *what, const float *result, const float *expected) {
  for (size_t i = 0; i < COUNT; i++) {
    double error = fabs((double)result[i] - (double)expected[i]);
    ck_assert_msg(error <= 2e-6 * fabs((double)expected[i]) + 1e-30, "%s[%zu] is %.9g, expected %.9g", what,
                  i, (double)result[i], (double)expected[i]);
  }
}

/* Plain, with everything, and with a clip that no gradient reaches. */
static const struct form {
  unet_adam_form adam;
  double decay, blend;
} forms[] = {{.blend = 0.0}, {{0.5f, true}, 0.01, 0.25}, {{1e6f, false}, 0.0, 0.0}};
enum { FORMS = sizeof forms / sizeof *forms, ALGORITHMS = 3 };

static void run_steps(const char *algorithm, const struct form *form, const adam_state *start,
                      const adam_state *expected) {
  unet_graph *graph = NULL;
  ck_unet_ok(unet_graph_create(&graph));
  unet_value w = unet_graph_parameter(graph, "w", (unet_shape){1, COUNT, 1, 1});
  unet_value scalars = unet_graph_scalars(graph, "adam", UNET_ADAM_SCALARS);
  unet_value g = unet_graph_add_value(graph, UNET_VALUE_GRADIENT, NULL, unet_shape_of(graph, w));
  unet_info(graph, g)->parameter = w;
  ck_unet_ok(unet_graph_add_adam(graph, scalars, &form->adam));
  unet_executor *executor = NULL;
  ck_unet_ok(
      unet_executor_create(&executor, test_device, graph, &(unet_executor_options){.forced = algorithm}));
  ck_unet_ok(unet_executor_write(executor, w, start->w, 1));
  ck_unet_ok(unet_executor_write_beside(executor, UNET_REGION_GRADIENTS, w, start->g));
  for (int t = 1; t <= STEPS; t++) {
    float values[UNET_ADAM_SCALARS] = {(float)step_rate(t), (float)form->decay, (float)form->blend};
    ck_unet_ok(unet_executor_write(executor, scalars, values, 1));
    ck_unet_ok(unet_executor_run(executor, UNET_RUN_ALL, 1));
  }
  adam_state result;
  ck_unet_ok(unet_executor_read(executor, w, result.w, 1));
  ck_unet_ok(unet_executor_read_beside(executor, UNET_REGION_FIRST_MOMENT, w, result.m));
  ck_unet_ok(unet_executor_read_beside(executor, UNET_REGION_SECOND_MOMENT, w, result.v));
  assert_close("m", result.m, expected->m);
  assert_close("v", result.v, expected->v);
  assert_close("w", result.w, expected->w);
  if (form->adam.average) {
    ck_unet_ok(unet_executor_read_beside(executor, UNET_REGION_AVERAGE, w, result.average));
    assert_close("average", result.average, expected->average);
  }
  unet_executor_destroy(executor);
  unet_graph_destroy(graph);
}

START_TEST(five_steps) {
  const struct form *form = &forms[_i / ALGORITHMS];
  adam_state start, expected;
  fill(&start);
  expected = start;
  for (int t = 1; t <= STEPS; t++) {
    ref_adam(expected.w, expected.m, expected.v, expected.average, expected.g, COUNT, step_rate(t),
             form->decay, form->blend, (double)form->adam.clip);
  }
  const char *algorithms[ALGORITHMS] = {"naive", "vector", "group"};
  run_steps(algorithms[_i % ALGORITHMS], form, &start, &expected);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("op_adam");
  TCase *test_case = unet_device_test_case(suite, "tiny", 120);
  tcase_add_loop_test(test_case, five_steps, 0, FORMS * ALGORITHMS);
  return suite;
}
