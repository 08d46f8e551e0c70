/* The figures of the bench and its timeline, from launches made up by hand; without a device. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check_main.h"
#include "kernels/kernel.h"
#include "model/network.h"
#include "run/bench_ops.h"
#include "run/bench_trace.h"

enum { SIDE = 32, SHALLOW = 4, DEEP = 8, BATCH = 2, RUNS = 2, MOST_LAUNCHES = 128 };

/* Of the first layer (3x3, 3 to 4 channels, reads weights and bias) and of the pooling behind it. */
static const double conv_flops = 2.0 * 9 * 3 * SHALLOW * BATCH * SIDE * SIDE;
static const double conv_bytes = 4.0 * ((3 + SHALLOW) * BATCH * SIDE * SIDE + (9 * 3 + 1) * SHALLOW);
static const double pool_flops = 3.0 * SHALLOW * BATCH * SIDE * SIDE / 4;
static const double pool_bytes = 4.0 * SHALLOW * (BATCH * SIDE * SIDE * 5.0 / 4);

static unet_network network;
static unet_plan *plan;
static unet_launch_record records[RUNS * MOST_LAUNCHES];
static unet_bench_profile profile;

static unet_launch_record launch(int tag, uint64_t start, uint64_t end) {
  return (unet_launch_record){
      .kernel = "made_up", .tag = tag, .queued = start - 500, .start = start, .end = end};
}

/* RUNS runs, 1 ms apart; each step is one launch of a millisecond, the next one starts 1000 ns later. */
static void set_up(void) {
  const unet_architecture architecture = {
      .channels = 3, .height = SIDE, .width = SIDE, .n_levels = 2, .filters = {SHALLOW, DEEP}};
  const unet_device_info device = {.type = UNET_DEVICE_CPU, .native_vector_width = 8};
  unet_chooser chooser = {.device = &device, .forced = "naive"};
  ck_unet_ok(unet_network_build(&network, &architecture, BATCH, UNET_NETWORK_TRAINING));
  ck_unet_ok(unet_plan_create(&plan, network.graph, (size_t)1 << 28, unet_choose_algorithm, &chooser));
  ck_assert_uint_le(plan->n_steps, MOST_LAUNCHES);
  uint64_t now = 7000000;
  for (size_t i = 0; i < RUNS * plan->n_steps; i++) {
    records[i] = launch((int)(i % plan->n_steps), now, now + 1000000);
    now += i % plan->n_steps == plan->n_steps - 1 ? 2000000 : 1001000;
  }
  profile = (unet_bench_profile){
      .graph = network.graph, .plan = plan, .records = records, .runs = RUNS, .launches = plan->n_steps};
}

static void tear_down(void) {
  unet_plan_destroy(plan);
  unet_network_destroy(&network);
}

static const unet_bench_op *find(const unet_bench_result *result, const char *name) {
  for (size_t i = 0; i < result->n_ops; i++) {
    if (strcmp(result->ops[i].name, name) == 0) return &result->ops[i];
  }
  ck_abort_msg("there is no %s", name);
}

static void assert_near(const char *what, double value, double wanted) {
  ck_assert_msg(fabs(value - wanted) <= 1e-9 * fabs(wanted), "%s is %.12g, not %.12g", what, value, wanted);
}

/* --- rates and limits --------------------------------------------------------------------------------- */

/* `flops` and `bytes` in a millisecond. */
static void assert_op(const unet_bench_op *op, double flops, double bytes, unet_bench_limit limit,
                      double pct) {
  ck_assert_str_eq(op->algorithm, "naive");
  assert_near("ms", op->ms, 1.0);
  assert_near("gflops", op->gflops, flops * 1e-6);
  assert_near("gb_per_s", op->gb_per_s, bytes * 1e-6);
  ck_assert_msg(op->limit == limit, "%s is bound by %d, not %d", op->name, (int)op->limit, (int)limit);
  assert_near("limit_pct", op->limit_pct, pct);
}

START_TEST(the_longer_time_binds) {
  unet_bench_result result = {.peak_gflops = 1.0, .memory_gb_per_s = 1.0};
  ck_unet_ok(unet_bench_by_layer(&result, &profile));
  ck_assert_uint_eq(result.n_ops, plan->n_steps);
  assert_op(find(&result, "enc1.conv1 conv2d 3x32x32"), conv_flops, conv_bytes, UNET_BENCH_COMPUTE,
            conv_flops * 1e-4);
  assert_op(find(&result, "maxpool 4x32x32"), pool_flops, pool_bytes, UNET_BENCH_MEMORY, pool_bytes * 1e-4);
  unet_bench_result_free(&result);
  /* Where arithmetic is a hundred times faster, memory binds the convolution, too. */
  result = (unet_bench_result){.peak_gflops = 100.0, .memory_gb_per_s = 0.5};
  ck_unet_ok(unet_bench_by_layer(&result, &profile));
  assert_op(find(&result, "enc1.conv1 conv2d 3x32x32"), conv_flops, conv_bytes, UNET_BENCH_MEMORY,
            conv_bytes * 2e-4);
  unet_bench_result_free(&result);
}
END_TEST

START_TEST(an_op_is_the_sum_of_its_layers) {
  unet_bench_result by_op = {.peak_gflops = 3.0, .memory_gb_per_s = 2.0}, by_layer = by_op;
  ck_unet_ok(unet_bench_by_op(&by_op, &profile));
  ck_unet_ok(unet_bench_by_layer(&by_layer, &profile));
  const unet_bench_op *conv = find(&by_op, "conv2d");
  double ms = 0.0, gflop = 0.0, gbyte = 0.0;
  for (size_t i = 0; i < by_layer.n_ops; i++) {
    const unet_bench_op *layer = &by_layer.ops[i];
    if (!strstr(layer->name, " conv2d ")) continue;
    ms += layer->ms;
    gflop += layer->gflops * layer->ms;
    gbyte += layer->gb_per_s * layer->ms;
  }
  ck_assert_msg(ms > 1.5, "a single convolution tells nothing");
  assert_near("ms", conv->ms, ms);
  assert_near("gflops", conv->gflops, gflop / ms);
  assert_near("gb_per_s", conv->gb_per_s, gbyte / ms);
  assert_near("limit_pct", conv->limit_pct, 100.0 * fmax(conv->gflops / 3.0, conv->gb_per_s / 2.0));
  unet_bench_result_free(&by_op);
  unet_bench_result_free(&by_layer);
}
END_TEST

START_TEST(a_step_that_takes_no_time_has_no_rates) {
  unet_bench_result result = {.peak_gflops = 1.0, .memory_gb_per_s = 1.0};
  for (size_t i = 0; i < RUNS * profile.launches; i++) records[i].end = records[i].start;
  ck_unet_ok(unet_bench_by_op(&result, &profile));
  for (size_t i = 0; i < result.n_ops; i++) {
    const unet_bench_op *op = &result.ops[i];
    ck_assert_msg(op->ms == 0 && op->gflops == 0 && op->gb_per_s == 0 && op->limit_pct == 0, "%s: %g ms",
                  op->name, op->ms);
  }
  unet_bench_result_free(&result);
}
END_TEST

/* --- gaps --------------------------------------------------------------------------------------------- */

START_TEST(gaps_lie_within_a_run) {
  unet_bench_result result = {0};
  unet_bench_gaps(&result, &profile);
  const double n = (double)plan->n_steps;
  ck_assert_uint_eq(result.launches, plan->n_steps);
  assert_near("gap_ms", result.gap_ms, (n - 1) * 1e-3);
  assert_near("step_ms", result.step_ms, n + (n - 1) * 1e-3);
}
END_TEST

START_TEST(launches_that_overlap_leave_no_gap) {
  /* The second lies within the first; between them and the third are 2 us in one run, 6 us in the other. */
  const unet_launch_record made_up[] = {launch(0, 1000, 9000),   launch(1, 3000, 5000),
                                        launch(1, 11000, 15000), launch(0, 51000, 59000),
                                        launch(1, 53000, 55000), launch(1, 65000, 69000)};
  const unet_bench_profile overlapping = {.records = made_up, .runs = 2, .launches = 3};
  unet_bench_result result = {0};
  unet_bench_gaps(&result, &overlapping);
  ck_assert_uint_eq(result.launches, 3);
  assert_near("gap_ms", result.gap_ms, 4e-3);
  assert_near("step_ms", result.step_ms, 16e-3);
}
END_TEST

START_TEST(no_launches_have_no_gaps) {
  const unet_bench_profile nothing = {.runs = 2};
  unet_bench_result result = {0};
  unet_bench_gaps(&result, &nothing);
  ck_assert_uint_eq(result.launches, 0);
  ck_assert_msg(result.gap_ms == 0 && result.step_ms == 0, "%g of %g ms", result.gap_ms, result.step_ms);
}
END_TEST

/* --- the timeline ------------------------------------------------------------------------------------- */

static json_t *parsed_trace(void) {
  char *text = NULL;
  json_error_t error;
  ck_unet_ok(unet_bench_format_trace(&text, &profile, "a \"device\""));
  json_t *trace = json_loads(text, JSON_REJECT_DUPLICATES, &error);
  ck_assert_msg(trace != NULL, "at %d: %s", error.position, error.text);
  free(text);
  return trace;
}

static double number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  ck_assert_msg(json_is_number(value), "%s is no number", key);
  return json_number_value(value);
}

static void assert_text(const json_t *object, const char *key, const char *wanted) {
  const char *text = json_string_value(json_object_get(object, key));
  ck_assert_msg(text && strcmp(text, wanted) == 0, "%s is %s, not %s", key, text ? text : "missing", wanted);
}

static void assert_names(const json_t *event, const char *what, const char *name) {
  assert_text(event, "ph", "M");
  assert_text(event, "name", what);
  if (name) assert_text(json_object_get(event, "args"), "name", name);
  ck_assert_msg(number(event, "pid") == 1 && number(event, "tid") == 1, "another queue is named");
}

START_TEST(every_launch_is_a_complete_event) {
  json_t *trace = parsed_trace(), *events = json_object_get(trace, "traceEvents");
  ck_assert_uint_eq(json_array_size(events), 2 + RUNS * plan->n_steps);
  assert_names(json_array_get(events, 0), "process_name", "a \"device\"");
  assert_names(json_array_get(events, 1), "thread_name", NULL);
  for (size_t i = 0; i < RUNS * plan->n_steps; i++) {
    const json_t *event = json_array_get(events, 2 + i), *args = json_object_get(event, "args");
    assert_text(event, "ph", "X");
    assert_near("ts", number(event, "ts"), (double)(records[i].start - records[0].start) / 1000);
    assert_near("dur", number(event, "dur"), 1000);
    ck_assert_msg(number(event, "pid") == 1 && number(event, "tid") == 1, "launch %zu is elsewhere", i);
    assert_text(args, "algorithm", "naive");
    assert_text(args, "kernel", "made_up");
    ck_assert_int_eq(json_integer_value(json_object_get(args, "run")), (json_int_t)(i / plan->n_steps));
    assert_near("waited_us", number(args, "waited_us"), 0.5);
  }
  const json_t *first = json_array_get(events, 2), *args = json_object_get(first, "args");
  assert_text(first, "name", "enc1.conv1 conv2d 3x32x32");
  assert_text(first, "cat", "conv2d");
  assert_near("gflops", number(args, "gflops"), conv_flops * 1e-6);
  assert_near("gb_per_s", number(args, "gb_per_s"), conv_bytes * 1e-6);
  json_decref(trace);
}
END_TEST

/* Step 0 in two launches, of 1 ms in the first run and of 2 and 3 ms in the second. */
START_TEST(launches_of_a_step_share_its_rate) {
  records[0] = launch(0, 1000, 1001000);
  records[1] = launch(0, 2000000, 3000000);
  records[2] = launch(0, 5000000, 7000000);
  records[3] = launch(0, 7000000, 10000000);
  profile.launches = 2;
  json_t *trace = parsed_trace(), *events = json_object_get(trace, "traceEvents");
  ck_assert_uint_eq(json_array_size(events), 2 + 4);
  for (size_t i = 0; i < 4; i++) {
    const json_t *args = json_object_get(json_array_get(events, 2 + i), "args");
    assert_near("gflops", number(args, "gflops"), conv_flops * 1e-6 / (i < 2 ? 2.0 : 5.0));
  }
  json_decref(trace);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("bench_profile");
  TCase *all = unet_test_case(suite, "bench_profile", 60);
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, the_longer_time_binds);
  tcase_add_test(all, an_op_is_the_sum_of_its_layers);
  tcase_add_test(all, a_step_that_takes_no_time_has_no_rates);
  tcase_add_test(all, gaps_lie_within_a_run);
  tcase_add_test(all, launches_that_overlap_leave_no_gap);
  tcase_add_test(all, no_launches_have_no_gaps);
  tcase_add_test(all, every_launch_is_a_complete_event);
  tcase_add_test(all, launches_of_a_step_share_its_rate);
  return suite;
}
