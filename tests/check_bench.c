/* The bench: its count of the work, its sums, and the kernels that measure the device's peak. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"
#include "device_fixture.h"
#include "kernels/peak.h"
#include "unetcl/bench.h"

enum { SIDE = 32, SHALLOW = 4, DEEP = 8, BATCH = 2 };

static unet_bench_options small_bench(void) {
  return (unet_bench_options){.architecture = {.channels = 3,
                                               .height = SIDE,
                                               .width = SIDE,
                                               .n_levels = 2,
                                               .filters = {SHALLOW, DEEP}},
                              .batch = BATCH,
                              .runs = 3};
}

/* GFLOP of one pass over 3x3 convolutions at full and at half size, the 2x2 up-sampling and the head:
 * 2 k k in out for each pixel. `first` counts the layer that reads the images, too. */
static double pass_gflop(int first) {
  const double full = SIDE * SIDE, half = full / 4, up = DEEP / 2.0;
  double at_full = (first ? 9.0 * 3 * SHALLOW : 0) + 9.0 * SHALLOW * SHALLOW + 9.0 * (up + SHALLOW) * up +
                   9.0 * up * up + up;
  double at_half = 9.0 * SHALLOW * DEEP + 9.0 * DEEP * DEEP + 4.0 * DEEP * up;
  return 2e-9 * (full * at_full + half * at_half);
}

START_TEST(work_is_that_of_the_layers) {
  unet_bench_options options = small_bench();
  unet_bench_result result = {0};
  ck_unet_ok(unet_bench(&result, test_device, &options));
  const double infer = pass_gflop(1), train = 2 * pass_gflop(1) + pass_gflop(0);
  ck_assert_double_eq_tol(result.infer.gflop_per_image, infer, infer * 1e-9);
  ck_assert_double_eq_tol(result.train.gflop_per_image, train, train * 1e-9);
  const unet_bench_speed speeds[] = {result.train, result.infer};
  for (size_t i = 0; i < 2; i++) {
    const unet_bench_speed *s = &speeds[i];
    double pct = 100.0 * s->images_per_s * s->gflop_per_image / result.peak_gflops;
    ck_assert_msg(s->images_per_s > 0 && fabs(s->pct_peak - pct) <= 1e-9 * pct, "%g images/s, %g %% of %g",
                  s->images_per_s, s->pct_peak, result.peak_gflops);
  }
  ck_assert_msg(result.memory_gb_per_s > 0, "%g GB/s", result.memory_gb_per_s);
  unet_bench_result_free(&result);
}
END_TEST

START_TEST(ops_and_layers_tell_the_same_step) {
  unet_bench_options options = small_bench();
  unet_bench_result by_op = {0}, by_layer = {0};
  options.algorithm = "naive";
  ck_unet_ok(unet_bench(&by_op, test_device, &options));
  options.by_layer = true;
  ck_unet_ok(unet_bench(&by_layer, test_device, &options));
  double gflop[2] = {0};
  for (size_t i = 0; i < by_op.n_ops; i++) {
    ck_assert_str_eq(by_op.ops[i].algorithm, "naive");
    ck_assert_msg(by_op.ops[i].ms > 0, "%s took no time", by_op.ops[i].name);
    ck_assert_msg(i == 0 || by_op.ops[i].ms <= by_op.ops[i - 1].ms, "%s is out of order", by_op.ops[i].name);
    gflop[0] += by_op.ops[i].ms * 1e-3 * by_op.ops[i].gflops;
  }
  for (size_t i = 0; i < by_layer.n_ops; i++) gflop[1] += by_layer.ops[i].ms * 1e-3 * by_layer.ops[i].gflops;
  ck_assert_double_eq_tol(gflop[0], gflop[1], gflop[0] * 1e-9);
  ck_assert_uint_gt(by_layer.n_ops, by_op.n_ops);
  ck_assert_str_eq(by_layer.ops[0].name, "enc1.conv1 conv2d 3x32x32");
  unet_bench_result_free(&by_op);
  unet_bench_result_free(&by_layer);
}
END_TEST

static bool at_once(void *user) {
  (void)user;
  return true;
}

START_TEST(a_step_has_launches_and_gaps) {
  unet_bench_options options = small_bench();
  unet_bench_result result = {0};
  options.by_layer = true;
  ck_unet_ok(unet_bench(&result, test_device, &options));
  double busy = 0.0;
  for (size_t i = 0; i < result.n_ops; i++) {
    const unet_bench_op *op = &result.ops[i];
    ck_assert_msg(op->gb_per_s > 0 && op->limit_pct > 0, "%s: %g GB/s, %g %% of the limit", op->name,
                  op->gb_per_s, op->limit_pct);
    busy += op->ms;
  }
  ck_assert_uint_ge(result.launches, result.n_ops);
  ck_assert_msg(result.gap_ms >= 0 && result.gap_ms < result.step_ms &&
                    result.step_ms <= (busy + result.gap_ms) * (1 + 1e-9),
                "%g ms of launches and %g ms of gaps make %g ms", busy, result.gap_ms, result.step_ms);
  ck_assert_uint_gt(result.infer_memory.bytes, 0);
  ck_assert_uint_lt(result.infer_memory.bytes, result.train_memory.bytes);
  ck_assert_uint_lt(result.train_memory.bytes, result.train_memory.unshared_bytes);
  unet_bench_result_free(&result);
}
END_TEST

START_TEST(trace_holds_the_launches_of_each_run) {
  char folder[256], path[300];
  unet_bench_options options = small_bench();
  unet_bench_result result = {0};
  unet_make_test_folder(folder);
  (void)snprintf(path, sizeof path, "%s/trace.json", folder);
  options.trace = path;
  ck_unet_ok(unet_bench(&result, test_device, &options));
  json_error_t error;
  json_t *trace = json_load_file(path, 0, &error);
  ck_assert_msg(trace != NULL, "%s:%d: %s", path, error.line, error.text);
  size_t launches = 0, i = 0;
  json_t *event = NULL;
  json_array_foreach(json_object_get(trace, "traceEvents"), i, event) {
    launches += strcmp(json_string_value(json_object_get(event, "ph")), "X") == 0;
  }
  ck_assert_uint_eq(launches, options.runs * result.launches);
  json_decref(trace);
  unet_bench_result_free(&result);
  unet_remove_folder(folder);
}
END_TEST

static bool must_not_be_asked(void *user) {
  (void)user;
  ck_abort_msg("something is measured");
}

START_TEST(trace_that_cannot_be_written_is_told_at_once) {
  char folder[256], path[300];
  unet_bench_options options = small_bench();
  unet_bench_result result = {0};
  unet_make_test_folder(folder);
  options.stop = must_not_be_asked;
  options.trace = folder;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_NO_RESOURCE, folder);
  (void)snprintf(path, sizeof path, "%s/missing/trace.json", folder);
  options.trace = path;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_NO_RESOURCE, "missing/trace.json");
  unet_remove_folder(folder);
}
END_TEST

START_TEST(interrupted_bench_leaves_no_trace) {
  char folder[256], path[300];
  unet_bench_options options = small_bench();
  unet_bench_result result = {0};
  unet_names left = {0};
  unet_make_test_folder(folder);
  (void)snprintf(path, sizeof path, "%s/trace.json", folder);
  options.trace = path;
  options.stop = at_once;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_INTERRUPTED, "interrupted");
  ck_unet_ok(unet_list_folder(&left, folder, UNET_ENTRY_FILE));
  ck_assert_msg(left.count == 0, "%s is left", left.items[0]);
  unet_names_free(&left);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(absurd_options_are_refused) {
  unet_bench_result result = {0};
  unet_bench_options options = small_bench();
  options.batch = 0;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_USAGE, "1 or more");
  options = small_bench();
  options.runs = 0;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_USAGE, "1 or more");
  options = small_bench();
  options.architecture.height = SIDE + 1;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_USAGE, "33");
  options = small_bench();
  options.algorithm = "winogard";
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_USAGE, "'winogard'");
  options = small_bench();
  options.stop = at_once;
  ck_unet_fails(unet_bench(&result, test_device, &options), UNET_INTERRUPTED, "interrupted");
  ck_assert_ptr_null(result.ops);
}
END_TEST

/* Both variants run on every device. */
START_TEST(peaks_are_measured) {
  const unet_variant variants[] = {UNET_VECTOR, UNET_GROUP};
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
    double gflops = 0.0, gbytes = 0.0;
    ck_unet_ok(unet_peak_gflops(&gflops, test_device, variants[i], 0.0));
    ck_unet_ok(unet_peak_bandwidth(&gbytes, test_device, variants[i], 5000));
    ck_assert_msg(gflops > 0 && gflops < 1e6 && gbytes > 0 && gbytes < 1e5, "%g GFLOP/s, %g GB/s", gflops,
                  gbytes);
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("bench");
  TCase *all = unet_device_test_case(suite, "bench", 240);
  tcase_add_test(all, work_is_that_of_the_layers);
  tcase_add_test(all, ops_and_layers_tell_the_same_step);
  tcase_add_test(all, a_step_has_launches_and_gaps);
  tcase_add_test(all, trace_holds_the_launches_of_each_run);
  tcase_add_test(all, trace_that_cannot_be_written_is_told_at_once);
  tcase_add_test(all, interrupted_bench_leaves_no_trace);
  tcase_add_test(all, absurd_options_are_refused);
  tcase_add_test(unet_device_test_case(suite, "tiny", 240), peaks_are_measured);
  return suite;
}
