/* What an executor keeps from one run to the next. */
#include "device_fixture.h"
#include "graph/graph.h"
#include "run/executor.h"

enum {
  SIDE = 16,
  IN = 8,
  OUT = 16,
  PIXELS = IN * SIDE * SIDE,
  RESULTS = OUT * SIDE * SIDE,
  WEIGHTS = OUT * IN * 9
};

/* A convolution by Winograd, which reads a transformed copy of its kernels. */
typedef struct filter {
  unet_graph *graph;
  unet_executor *executor;
  unet_value x, w, y;
} filter;

static void open_filter(filter *f, bool trains) {
  static float pixels[PIXELS];
  for (size_t i = 0; i < PIXELS; i++) pixels[i] = (float)(i * 7 % 31) / 31.0f;
  ck_unet_ok(unet_graph_create(&f->graph));
  f->x = unet_graph_input(f->graph, "x", (unet_shape){1, IN, SIDE, SIDE});
  f->w = unet_graph_parameter(f->graph, "w", (unet_shape){OUT, IN, 3, 3});
  f->y = unet_conv2d(f->graph, f->x, f->w, unet_graph_parameter(f->graph, "b", (unet_shape){1, OUT, 1, 1}));
  unet_graph_keep(f->graph, f->y);
  f->graph->trains = trains;
  ck_unet_ok(unet_executor_create(&f->executor, test_device, f->graph,
                                  &(unet_executor_options){.forced = "winograd"}));
  ck_unet_ok(unet_executor_write(f->executor, f->x, pixels, 1));
}

static void close_filter(filter *f) {
  unet_executor_destroy(f->executor);
  unet_graph_destroy(f->graph);
}

static void make_weights(float w[WEIGHTS], int seed) {
  for (int i = 0; i < WEIGHTS; i++) w[i] = (float)((i + seed) * 13 % 29) / 29.0f - 0.5f;
}

static void run(const filter *f, float y[RESULTS]) {
  ck_unet_ok(unet_executor_run(f->executor, UNET_RUN_FORWARD, 1));
  ck_unet_ok(unet_executor_read(f->executor, f->y, y, 1));
}

/* What a fresh executor makes of the weights. */
static void filter_afresh(const float w[WEIGHTS], float y[RESULTS]) {
  filter f;
  open_filter(&f, false);
  ck_unet_ok(unet_executor_write(f.executor, f.w, w, 1));
  run(&f, y);
  close_filter(&f);
}

static void assert_same(const float *result, const float *wanted, const char *when) {
  for (size_t i = 0; i < RESULTS; i++)
    ck_assert_msg(result[i] == wanted[i], "%s: result %zu is %g, not %g", when, i, (double)result[i],
                  (double)wanted[i]);
}

START_TEST(a_run_has_the_parameters_written_last) {
  static float w[2][WEIGHTS], wanted[2][RESULTS], y[RESULTS];
  filter f;
  for (int i = 0; i < 2; i++) {
    make_weights(w[i], i);
    filter_afresh(w[i], wanted[i]);
  }
  ck_assert_msg(wanted[0][0] != wanted[1][0], "equal results would tell nothing");
  open_filter(&f, false);
  ck_unet_ok(unet_executor_write(f.executor, f.w, w[0], 1));
  run(&f, y);
  assert_same(y, wanted[0], "first run");
  run(&f, y);
  assert_same(y, wanted[0], "second run");
  ck_unet_ok(unet_executor_write(f.executor, f.w, w[1], 1));
  run(&f, y);
  assert_same(y, wanted[1], "after a write");
  ck_unet_ok(unet_executor_write_beside(f.executor, UNET_REGION_PARAMETERS, f.w, w[0]));
  run(&f, y);
  assert_same(y, wanted[0], "after a write to the region");
  close_filter(&f);
}
END_TEST

/* Written where the executor cannot see it, as Adam does. */
START_TEST(training_sees_changed_parameters) {
  static float w[2][WEIGHTS], wanted[RESULTS], y[RESULTS];
  filter f;
  for (int i = 0; i < 2; i++) make_weights(w[i], i);
  filter_afresh(w[1], wanted);
  open_filter(&f, true);
  ck_unet_ok(unet_executor_write(f.executor, f.w, w[0], 1));
  run(&f, y);
  size_t offset = unet_executor_plan(f.executor)->places[f.w].offset;
  ck_unet_ok(unet_buffer_write(test_device, unet_executor_region(f.executor, UNET_REGION_PARAMETERS), offset,
                               w[1], WEIGHTS));
  run(&f, y);
  assert_same(y, wanted, "after a step");
  close_filter(&f);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("executor");
  TCase *kept = unet_device_test_case(suite, "kept", 120);
  tcase_add_test(kept, a_run_has_the_parameters_written_last);
  tcase_add_test(kept, training_sees_changed_parameters);
  return suite;
}
