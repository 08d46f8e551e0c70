#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "device/internal.h"
#include "device_fixture.h"

enum { BOX = 4 * 3 * 2, LONG_BOX = 1 << 16 };

static void fill(float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = (float)(i % 97) - 48.0f;
}

static void use_test_kernels(void) { setenv("UNETCL_CL_DIR", UNETCL_SOURCE_DIR "/tests", 1); }

static unet_status launch_scale(const char *options, cl_mem x, cl_mem y, float factor) {
  const unet_kernel_spec spec = {"device_scale", options, "scale"};
  const unet_range range = {{4, 3, 2}, {2, 1, 1}};
  const unet_argument arguments[] = {UNET_ARGUMENT(x), UNET_ARGUMENT(y), UNET_ARGUMENT(factor)};
  return unet_launch(test_device, &spec, &range, arguments, 3);
}

/* --- listing and opening ------------------------------------------------------------------------------ */

START_TEST(listed_devices_tell_what_they_are) {
  unet_device_info *list = NULL;
  size_t count = 0, defaults = 0;
  ck_unet_ok(unet_device_list(&list, &count));
  for (size_t i = 0; i < count; i++) {
    ck_assert_uint_eq(list[i].index, i);
    ck_assert_uint_gt(strlen(list[i].name), 0);
    ck_assert_uint_gt(strlen(list[i].platform_name), 0);
    ck_assert_uint_ge(list[i].global_memory, list[i].max_allocation);
    ck_assert_uint_gt(list[i].max_allocation, 0);
    ck_assert_uint_gt(list[i].max_work_group, 0);
    ck_assert_uint_gt(list[i].compute_units, 0);
    defaults += list[i].is_default;
  }
  ck_assert_uint_eq(defaults, 1);
  free(list);
}
END_TEST

START_TEST(environment_says_what_is_opened) {
  const unet_device_info *info = unet_device_get_info(test_device);
  unet_device *other = NULL;
  setenv("UNETCL_PLATFORM", "no such platform", 1);
  ck_unet_fails(unet_device_open(&other, NULL, NULL), UNET_NO_DEVICE, "no such platform");
  ck_unet_ok(unet_device_open(&other, info->platform_name, NULL));
  unet_device_close(other);
  unsetenv("UNETCL_PLATFORM");
  other = NULL;
  setenv("UNETCL_DEVICE", "no such device", 1);
  ck_unet_fails(unet_device_open(&other, "", ""), UNET_NO_DEVICE, "no such device");
  char index[32];
  snprintf(index, sizeof index, "%zu", info->index);
  ck_unet_ok(unet_device_open(&other, NULL, index));
  ck_assert_str_eq(unet_device_get_info(other)->name, info->name);
  unet_device_close(other);
}
END_TEST

/* The folder of PoCL's compiled kernels must exist; naming a new one is no mistake of the user. */
START_TEST(pocl_cache_folder_is_made) {
  char folder[256];
  unet_make_test_folder(folder);
  char *cache = NULL;
  ck_unet_ok(unet_path_join(&cache, folder, "new/cache"));
  setenv("POCL_CACHE_DIR", cache, 1);
  unet_device_info *list = NULL;
  size_t count = 0;
  ck_unet_ok(unet_device_list(&list, &count));
  ck_assert(unet_path_is_folder(cache));
  free(list);
  setenv("POCL_CACHE_DIR", "/dev/null/cache", 1);
  ck_unet_fails(unet_device_list(&list, &count), UNET_NO_DEVICE, "POCL_CACHE_DIR: /dev/null");
  free(cache);
  unet_remove_folder(folder);
}
END_TEST

/* --- buffers ------------------------------------------------------------------------------------------ */

START_TEST(buffer_round_trip) {
  float written[100], read[300];
  fill(written, 100);
  cl_mem buffer = unet_test_buffer(NULL, 300);
  ck_unet_ok(unet_buffer_write(test_device, buffer, 70, written, 100));
  ck_unet_ok(unet_buffer_read(test_device, buffer, 0, read, 300));
  for (size_t i = 0; i < 300; i++) {
    float wanted = i >= 70 && i < 170 ? written[i - 70] : 0.0f;
    ck_assert_msg(read[i] == wanted, "at %zu %g, not %g", i, (double)read[i], (double)wanted);
  }
  unet_buffer_release(buffer);
  unet_buffer_release(NULL);
}
END_TEST

/* Planes whose stride is no multiple of the row stride, as tensors have them; the gaps stay as they are. */
START_TEST(rows_go_between_dense_and_strided) {
  enum { PIXELS = 5 * 3, DENSE = 4 * PIXELS, OFFSET = 9, COUNT = 160 };
  const unet_rows rows = {.width = 5, .rows = 3, .planes = 4, .row_stride = 6, .plane_stride = 32};
  float dense[DENSE], back[DENSE], all[COUNT], wanted[COUNT] = {0};
  fill(dense, DENSE);
  cl_mem buffer = unet_test_buffer(NULL, COUNT);
  ck_unet_ok(unet_buffer_write_rows(test_device, buffer, OFFSET, dense, &rows));
  ck_unet_ok(unet_buffer_read(test_device, buffer, 0, all, COUNT));
  for (size_t i = 0; i < DENSE; i++) {
    size_t plane = i / PIXELS, row = i / rows.width % rows.rows, column = i % rows.width;
    wanted[OFFSET + plane * rows.plane_stride + row * rows.row_stride + column] = dense[i];
  }
  ck_assert_mem_eq(all, wanted, sizeof wanted);
  ck_unet_ok(unet_buffer_read_rows(test_device, buffer, OFFSET, back, &rows));
  ck_assert_mem_eq(back, dense, sizeof dense);
  unet_buffer_release(buffer);
}
END_TEST

START_TEST(too_large_a_buffer_is_refused) {
  size_t floats = (size_t)(unet_device_get_info(test_device)->max_allocation / sizeof(float)) + 1;
  cl_mem buffer = NULL;
  ck_unet_fails(unet_buffer_create(&buffer, test_device, floats), UNET_NO_RESOURCE, "MiB in all");
  ck_unet_fails(unet_buffer_create(&buffer, test_device, SIZE_MAX / 2), UNET_NO_RESOURCE, "memory");
  ck_assert_ptr_null(buffer);
}
END_TEST

/* --- programs and launches ---------------------------------------------------------------------------- */

START_TEST(kernels_run_with_their_options) {
  use_test_kernels();
  float values[BOX], results[BOX];
  fill(values, BOX);
  cl_mem x = unet_test_buffer(values, BOX), y = unet_test_buffer(NULL, BOX);
  const struct {
    const char *options;
    float factor, bias;
  } cases[] = {{"", 2.0f, 0.0f}, {"-DBIAS=0.5f", 3.0f, 0.5f}, {"", -1.0f, 0.0f}};
  for (size_t c = 0; c < 3; c++) {
    ck_unet_ok(launch_scale(cases[c].options, x, y, cases[c].factor));
    ck_unet_ok(unet_buffer_read(test_device, y, 0, results, BOX));
    for (size_t i = 0; i < BOX; i++) {
      ck_assert_float_eq(results[i], cases[c].factor * values[i] + cases[c].bias);
    }
  }
  unet_buffer_release(x);
  unet_buffer_release(y);
}
END_TEST

START_TEST(preparing_builds_and_does_not_run) {
  use_test_kernels();
  float results[BOX], ones[BOX];
  for (size_t i = 0; i < BOX; i++) ones[i] = 1.0f;
  cl_mem x = unet_test_buffer(ones, BOX), y = unet_test_buffer(NULL, BOX);
  unet_device_start_preparing(test_device);
  ck_assert(unet_device_is_preparing(test_device));
  ck_unet_ok(launch_scale("", x, y, 1.0f));
  ck_unet_ok(unet_device_end_preparing(test_device, UNET_OK));
  ck_assert(!unet_device_is_preparing(test_device));
  ck_unet_ok(unet_buffer_read(test_device, y, 0, results, BOX));
  for (size_t i = 0; i < BOX; i++) ck_assert_float_eq(results[i], 0.0f);
  unsetenv("UNETCL_CL_DIR"); /* the source is gone, the built kernel is there */
  ck_unet_ok(launch_scale("", x, y, 1.0f));
  ck_unet_ok(unet_buffer_read(test_device, y, 0, results, BOX));
  ck_assert_mem_eq(results, ones, sizeof ones);
  unet_buffer_release(x);
  unet_buffer_release(y);
}
END_TEST

/* In one thread and in several. */
static const char *const parallel_build[] = {"off", "on"};

START_TEST(all_that_is_noted_is_built) {
  enum { PROGRAMS = 9 };
  use_test_kernels();
  setenv("UNETCL_PARALLEL_BUILD", parallel_build[_i], 1);
  float values[BOX], results[BOX];
  fill(values, BOX);
  cl_mem x = unet_test_buffer(values, BOX), y = unet_test_buffer(NULL, BOX);
  char options[PROGRAMS][32];
  unet_device_start_preparing(test_device);
  for (int i = 0; i < 2 * PROGRAMS; i++) { /* each twice */
    snprintf(options[i % PROGRAMS], sizeof *options, "-DBIAS=%d.5f", i % PROGRAMS);
    ck_unet_ok(launch_scale(options[i % PROGRAMS], x, y, 1.0f));
  }
  ck_unet_ok(unet_device_end_preparing(test_device, UNET_OK));
  unsetenv("UNETCL_CL_DIR");
  for (int p = 0; p < PROGRAMS; p++) {
    ck_unet_ok(launch_scale(options[p], x, y, 2.0f));
    ck_unet_ok(unet_buffer_read(test_device, y, 0, results, BOX));
    for (size_t i = 0; i < BOX; i++) ck_assert_float_eq(results[i], 2.0f * values[i] + (float)p + 0.5f);
  }
  unet_buffer_release(x);
  unet_buffer_release(y);
}
END_TEST

/* However the threads finish, the first in the order of the launches tells; then the device works as before.
 */
START_TEST(first_noted_failure_tells) {
  use_test_kernels();
  setenv("UNETCL_PARALLEL_BUILD", parallel_build[_i], 1);
  cl_mem x = unet_test_buffer(NULL, BOX);
  const char *const options[] = {"-DBIAS=1.0f", "-DBIAS=nonsense",    "-DBIAS=2.0f",
                                 "-DBIAS=(",    "-DBIAS=worse_still", ""};
  for (int times = 0; times < 2; times++) {
    unet_device_start_preparing(test_device);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
      ck_unet_ok(launch_scale(options[i], x, x, 1.0f));
    ck_unet_fails(unet_device_end_preparing(test_device, UNET_OK), UNET_NO_DEVICE,
                  "device_scale.cl does not build with \"-cl-std=CL1.2 -DBIAS=nonsense\"");
    const char *log = strstr(unet_last_error_details(), "nonsense");
    ck_assert_msg(log && strstr(log, "    1 | "), "details: %s", unet_last_error_details());
    ck_assert(!unet_device_is_preparing(test_device));
  }
  ck_unet_ok(launch_scale("", x, x, 1.0f));
  ck_unet_fails(launch_scale("-DBIAS=nonsense", x, x, 1.0f), UNET_NO_DEVICE, "nonsense");
  unet_buffer_release(x);
}
END_TEST

START_TEST(what_is_noted_for_nothing_is_forgotten) {
  use_test_kernels();
  cl_mem x = unet_test_buffer(NULL, BOX);
  const unet_kernel_spec wrong = {"device_scale", "", "no_such_kernel"};
  const unet_range range = {{1, 1, 1}, {1, 1, 1}};
  unet_device_start_preparing(test_device);
  ck_unet_ok(launch_scale("-DBIAS=nonsense", x, x, 1.0f));
  unet_status status = unet_fail(UNET_USAGE, "the launches went wrong");
  ck_unet_fails(unet_device_end_preparing(test_device, status), UNET_USAGE, "the launches went wrong");
  unet_device_start_preparing(test_device);
  ck_unet_ok(launch_scale("", x, x, 1.0f));
  ck_unet_ok(unet_launch(test_device, &wrong, &range, NULL, 0));
  ck_unet_fails(unet_device_end_preparing(test_device, UNET_OK), UNET_INTERNAL, "no_such_kernel");
  ck_unet_ok(launch_scale("", x, x, 1.0f));
  unet_buffer_release(x);
}
END_TEST

/* A folder with a program of two lines, the second one broken, which joins the embedded common.cl. */
START_TEST(broken_kernel_shows_log_and_numbered_source) {
  char folder[256];
  unet_make_test_folder(folder);
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, "broken.cl"));
  const char *text = "/* Broken. */\n__kernel void broken(__global float *y) { y[0] = floatv_of_nothing; }\n";
  ck_unet_ok(unet_write_file(path, text, strlen(text)));
  setenv("UNETCL_CL_DIR", folder, 1);
  const unet_kernel_spec spec = {"broken", "-DVW=4", "broken"};
  const unet_range range = {{1, 1, 1}, {1, 1, 1}};
  ck_unet_fails(unet_launch(test_device, &spec, &range, NULL, 0), UNET_NO_DEVICE, "broken.cl does not build");
  ck_assert_ptr_nonnull(strstr(unet_last_error(), unet_device_get_info(test_device)->name));
  const char *details = unet_last_error_details();
  ck_assert_ptr_nonnull(strstr(details, "-cl-std=CL1.2 -DVW=4"));
  ck_assert_ptr_nonnull(strstr(details, "    1 | "));
  ck_assert_ptr_nonnull(strstr(details, " | __kernel void broken("));
  const char *source = strstr(details, "\nsource:\n"), *named = strstr(details, "floatv_of_nothing");
  ck_assert_ptr_nonnull(source);
  ck_assert_msg(named && named < source, "the log does not name the unknown symbol: %s", details);
  free(path);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(wrong_names_and_arguments_are_told) {
  const unet_range range = {{1, 1, 1}, {1, 1, 1}};
  const unet_kernel_spec unknown = {"no_such_file", "", "scale"},
                         wrong = {"device_scale", "", "no_such_kernel"},
                         right = {"device_scale", "", "scale"};
  ck_unet_fails(unet_launch(test_device, &unknown, &range, NULL, 0), UNET_INTERNAL, "no_such_file.cl");
  use_test_kernels();
  ck_unet_fails(unet_launch(test_device, &unknown, &range, NULL, 0), UNET_BAD_INPUT, "UNETCL_CL_DIR");
  ck_unet_fails(unet_launch(test_device, &wrong, &range, NULL, 0), UNET_INTERNAL, "no_such_kernel");
  const unet_argument argument = {3, "abc"};
  ck_unet_fails(unet_launch(test_device, &right, &range, &argument, 1), UNET_INTERNAL, "argument 0 of 1");
}
END_TEST

START_TEST(wrong_group_size_is_told) {
  use_test_kernels();
  cl_mem x = unet_test_buffer(NULL, BOX);
  const float factor = 1;
  const unet_kernel_spec spec = {"device_scale", "", "scale"};
  const unet_range range = {{7, 1, 1}, {2, 1, 1}};
  const unet_argument arguments[] = {UNET_ARGUMENT(x), UNET_ARGUMENT(x), UNET_ARGUMENT(factor)};
  ck_unet_fails(unet_launch(test_device, &spec, &range, arguments, 3), UNET_NO_DEVICE,
                "launching scale (7,1,1 by 2,1,1) failed (CL_INVALID_WORK_GROUP_SIZE");
  unet_buffer_release(x);
}
END_TEST

START_TEST(error_codes_become_statuses) {
  ck_unet_ok(unet_cl_check(test_device, CL_SUCCESS, "nothing"));
  ck_unet_fails(unet_cl_check(test_device, CL_OUT_OF_HOST_MEMORY, "this"), UNET_NO_RESOURCE,
                "this failed: out of memory (CL_OUT_OF_HOST_MEMORY -6)");
  ck_unet_fails(unet_cl_check(NULL, CL_INVALID_VALUE, "that"), UNET_NO_DEVICE,
                "that failed (CL_INVALID_VALUE");
  ck_unet_fails(unet_cl_check(NULL, -9999, "that"), UNET_NO_DEVICE, "(unknown OpenCL error -9999)");
}
END_TEST

/* --- the side queue ----------------------------------------------------------------------------------- */

static void launch_long_scale(cl_mem x, cl_mem y, float factor) {
  const unet_kernel_spec spec = {"device_scale", "", "scale"};
  const unet_range range = {{LONG_BOX, 1, 1}, {16, 1, 1}};
  const unet_argument arguments[] = {UNET_ARGUMENT(x), UNET_ARGUMENT(y), UNET_ARGUMENT(factor)};
  ck_unet_ok(unet_launch(test_device, &spec, &range, arguments, 3));
}

static void launch_long_scale_aside(cl_mem x, cl_mem y, float factor) {
  ck_unet_ok(unet_side_begin(test_device));
  launch_long_scale(x, y, factor);
  ck_unet_ok(unet_side_end(test_device));
}

static void assert_all_are(cl_mem buffer, float wanted) {
  float *values = calloc(LONG_BOX, sizeof *values);
  ck_unet_ok(unet_buffer_read(test_device, buffer, 0, values, LONG_BOX));
  for (size_t i = 0; i < LONG_BOX; i++)
    ck_assert_msg(values[i] == wanted, "at %zu %g, not %g", i, (double)values[i], (double)wanted);
  free(values);
}

/* Each launch reads what another writes before or after it. The second time in a loop all is in one queue. */
START_TEST(launches_aside_wait_and_are_waited_for) {
  use_test_kernels();
  float *ones = calloc(LONG_BOX, sizeof *ones);
  for (size_t i = 0; i < LONG_BOX; i++) ones[i] = 1.0f;
  cl_mem x = unet_test_buffer(ones, LONG_BOX), doubled = unet_test_buffer(NULL, LONG_BOX),
         aside = unet_test_buffer(NULL, LONG_BOX), beside = unet_test_buffer(NULL, LONG_BOX),
         unread = unet_test_buffer(NULL, LONG_BOX);
  if (_i) ck_unet_ok(unet_profile_enable(test_device, 1));
  for (int round = 0; round < 50; round++) {
    launch_long_scale(x, doubled, 2.0f);
    launch_long_scale_aside(doubled, aside, 0.25f);
    launch_long_scale(doubled, beside, 0.5f);
    ck_unet_ok(unet_side_join(test_device, 0));
    launch_long_scale_aside(beside, unread, 3.0f);
    launch_long_scale(beside, doubled, 5.0f); /* not before the first one aside has read it */
    ck_unet_ok(unet_side_join(test_device, 0));
    launch_long_scale(aside, x, 2.0f);
  }
  launch_long_scale_aside(x, aside, 3.0f);
  ck_unet_ok(unet_side_join(test_device, 0));
  ck_unet_ok(unet_device_flush(test_device));
  assert_all_are(aside, 3.0f);
  assert_all_are(beside, 1.0f);
  const cl_mem all[] = {x, doubled, aside, beside, unread};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) unet_buffer_release(all[i]);
  free(ones);
}
END_TEST

/* A join waits for all sections but the last ones that it may leave, however many there are. */
START_TEST(sections_may_stay_beside) {
  enum { SECTIONS = 12 };
  use_test_kernels();
  cl_mem x = unet_test_buffer(NULL, LONG_BOX), copies[SECTIONS];
  float *values = calloc(LONG_BOX, sizeof *values);
  for (size_t i = 0; i < SECTIONS; i++) copies[i] = unet_test_buffer(NULL, LONG_BOX);
  for (int round = 0; round < 20; round++) {
    for (size_t i = 0; i < LONG_BOX; i++) values[i] = (float)(round + 1);
    ck_unet_ok(unet_buffer_write(test_device, x, 0, values, LONG_BOX));
    for (size_t i = 0; i < SECTIONS; i++) launch_long_scale_aside(i ? copies[i - 1] : x, copies[i], 2.0f);
    ck_unet_ok(unet_side_join(test_device, SECTIONS - 6));
    launch_long_scale(copies[5], x, 1.0f); /* what the sixth has written */
    ck_unet_ok(unet_side_join(test_device, 1));
    launch_long_scale(x, copies[0], 1.0f); /* not before the second has read it */
    ck_unet_ok(unet_side_join(test_device, 0));
    ck_unet_ok(unet_device_flush(test_device));
    assert_all_are(copies[0], 64.0f * (float)(round + 1));
    assert_all_are(copies[SECTIONS - 1], 4096.0f * (float)(round + 1));
  }
  for (size_t i = 0; i < SECTIONS; i++) unet_buffer_release(copies[i]);
  unet_buffer_release(x);
  free(values);
}
END_TEST

/* --- profiling ---------------------------------------------------------------------------------------- */

/* On CPUs of several cores; their kernel is built in advance; they end and have no place in a profile. */
START_TEST(launches_that_wait) {
  unet_device *device = NULL;
  unet_launch_record *records = NULL;
  size_t count = 1;
  setenv("UNETCL_STAY_AWAKE", "on", 1);
  ck_unet_ok(unet_device_open(&device, NULL, NULL));
  const unet_device_info *info = unet_device_get_info(device);
  const bool wait = info->type == UNET_DEVICE_CPU && info->compute_units > 1;
  ck_assert_int_eq(device->awake != NULL, wait);
  unet_device_start_preparing(device);
  ck_unet_ok(unet_stay_awake(device));
  ck_unet_ok(unet_device_end_preparing(device, UNET_OK));
  ck_assert_uint_eq(device->built_kernels, wait);
  for (int i = 0; i < 100; i++) ck_unet_ok(unet_stay_awake(device));
  ck_assert_uint_eq(device->built_kernels, wait);
  ck_unet_ok(unet_profile_enable(device, 1));
  ck_unet_ok(unet_stay_awake(device));
  ck_unet_ok(unet_profile_take(device, &records, &count));
  ck_assert_uint_eq(count, 0);
  free(records);
  unet_device_close(device);
}
END_TEST

START_TEST(profile_has_a_record_per_launch) {
  use_test_kernels();
  cl_mem x = unet_test_buffer(NULL, BOX);
  unet_launch_record *records = NULL;
  size_t count = 0;
  ck_unet_ok(launch_scale("", x, x, 1.0f)); /* not asked for yet */
  ck_unet_ok(unet_profile_enable(test_device, 1));
  for (int i = 0; i < 3; i++) {
    unet_profile_tag(test_device, 10 + i);
    ck_unet_ok(launch_scale("", x, x, 1.0f));
  }
  ck_unet_ok(unet_profile_take(test_device, &records, &count));
  ck_assert_uint_eq(count, 3);
  for (size_t i = 0; i < count; i++) {
    ck_assert_str_eq(records[i].kernel, "scale");
    ck_assert_int_eq(records[i].tag, 10 + (int)i);
    ck_assert_uint_le(records[i].queued, records[i].start);
    ck_assert_uint_lt(records[i].start, records[i].end);
    if (i > 0) ck_assert_uint_ge(records[i].start, records[i - 1].end);
  }
  free(records);
  ck_unet_ok(unet_profile_enable(test_device, 0));
  ck_unet_ok(launch_scale("", x, x, 1.0f));
  ck_unet_ok(unet_profile_take(test_device, &records, &count));
  ck_assert_uint_eq(count, 0);
  free(records);
  unet_buffer_release(x);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("device");
  TCase *device = unet_device_test_case(suite, "device", 60);
  tcase_add_test(device, listed_devices_tell_what_they_are);
  tcase_add_test(device, environment_says_what_is_opened);
  tcase_add_test(device, pocl_cache_folder_is_made);
  tcase_add_test(device, buffer_round_trip);
  tcase_add_test(device, rows_go_between_dense_and_strided);
  tcase_add_test(device, too_large_a_buffer_is_refused);
  tcase_add_test(device, kernels_run_with_their_options);
  tcase_add_test(device, preparing_builds_and_does_not_run);
  tcase_add_loop_test(device, all_that_is_noted_is_built, 0, 2);
  tcase_add_loop_test(device, first_noted_failure_tells, 0, 2);
  tcase_add_test(device, what_is_noted_for_nothing_is_forgotten);
  tcase_add_test(device, broken_kernel_shows_log_and_numbered_source);
  tcase_add_test(device, wrong_names_and_arguments_are_told);
  tcase_add_test(device, wrong_group_size_is_told);
  tcase_add_test(device, error_codes_become_statuses);
  tcase_add_loop_test(device, launches_aside_wait_and_are_waited_for, 0, 2);
  tcase_add_test(device, sections_may_stay_beside);
  tcase_add_test(device, launches_that_wait);
  tcase_add_test(device, profile_has_a_record_per_launch);
  return suite;
}
