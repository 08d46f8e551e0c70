/* The folder of a run: nothing is lost in it, nothing left over. */
#include <unistd.h>

#include "base/path.h"
#include "device_fixture.h"
#include "train_case.h"

START_TEST(a_run_is_not_written_over_unasked) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  train_case_train(test_device, &options);
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--overwrite");
  ck_assert(unet_path_exists(train_case_path("run/last.safetensors")));
  options.overwrite = true;
  options.epochs = 2;
  train_case_train(test_device, &options);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
  options.resume = true;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "exclude");
}
END_TEST

START_TEST(what_was_made_for_nothing_is_removed) {
  unet_train_options options = train_case_options("deep/er/run");
  unet_train_result result = {0};
  unet_train_callbacks stop = train_case_stop_after(1);
  ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "nothing is kept");
  ck_assert(!unet_path_exists(train_case_path("deep")));
  options.learning_rate = 1e30;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "lower --lr");
  ck_assert(!unet_path_exists(train_case_path("deep")));
  options = train_case_options("images/run");
  options.good = 5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_BAD_INPUT, "--good");
  ck_assert(!unet_path_exists(train_case_path("images/run")));
  options = train_case_options("images/0.png/run");
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_NO_RESOURCE, "images/0.png");
  ck_assert(unet_path_exists(train_case_path("images/0.png")));
}
END_TEST

static void on_epoch_train_again(void *user, const unet_train_epoch *epoch) {
  unet_train_options options = *(unet_train_options *)user;
  unet_device *device = NULL;
  unet_train_result result = {0};
  options.resume = epoch->epoch == 1;
  options.overwrite = epoch->epoch > 1;
  ck_unet_ok(unet_device_open(&device, NULL, NULL));
  ck_unet_fails(unet_train(device, &options, NULL, &result), UNET_NO_RESOURCE, "another process");
  unet_device_close(device);
}

START_TEST(two_do_not_write_one_folder) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &options, .on_epoch = on_epoch_train_again};
  options.epochs = 2;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  unet_train_result_free(&result);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
}
END_TEST

START_TEST(unnamed_runs_are_numbered) {
  unet_train_options options = train_case_options("run");
  ck_assert_int_eq(chdir(train_case_path(".")), 0);
  static const char *const names[] = {"runs/train", "runs/train-2", "runs/train-3"};
  options.folder = NULL;
  options.epochs = 1;
  for (size_t i = 0; i < 3; i++) {
    unet_train_result result = {0};
    ck_unet_ok(unet_train(test_device, &options, NULL, &result));
    ck_assert_str_eq(result.folder, names[i]);
    unet_train_result_free(&result);
  }
  unet_train_result result = {0};
  options.resume = true;
  options.epochs = 2;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  ck_assert_str_eq(result.folder, names[2]);
  ck_assert_uint_eq(result.last.epoch, 2);
  unet_train_result_free(&result);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("train_folder");
  TCase *all = unet_device_test_case(suite, "train_folder", 180);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, a_run_is_not_written_over_unasked);
  tcase_add_test(all, what_was_made_for_nothing_is_removed);
  tcase_add_test(all, two_do_not_write_one_folder);
  tcase_add_test(all, unnamed_runs_are_numbered);
  return suite;
}
