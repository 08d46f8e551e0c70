/* Interrupted, killed or out of disk: a resumed run ends in the bits of one that was left in peace. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "device_fixture.h"
#include "model/safetensors.h"
#include "train_case.h"

/* The run "whole" is the one that all others are held to. */
static void train_whole(const unet_train_options *options) {
  unet_train_options whole = *options;
  whole.folder = train_case_path("whole");
  whole.resume = false;
  train_case_train(test_device, &whole);
}

static void wants_same_end(const char *name) {
  train_case_same(train_case_path("%s/last.safetensors", name), train_case_path("whole/last.safetensors"));
  train_case_same(train_case_path("%s/best.safetensors", name), train_case_path("whole/best.safetensors"));
  train_case_same(train_case_path("%s/split.json", name), train_case_path("whole/split.json"));
  ck_assert_uint_eq(train_case_lines(train_case_path("%s/log.csv", name)), TRAIN_CASE_EPOCHS + 1);
}

static void copy_file(const char *from, const char *to) {
  char *bytes = NULL;
  size_t size = 0;
  ck_unet_ok(unet_read_file(&bytes, &size, from));
  ck_unet_ok(unet_write_file(to, bytes, size));
  free(bytes);
}

/* Three steps an epoch: in the first epoch, at an end, in the middle, before the very last step. */
START_TEST(interrupted_and_resumed) {
  static const size_t stops[] = {1, 3, 4, 8, 11};
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  train_whole(&options);
  options.resume = true;
  for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
    options.folder = train_case_path("run%zu", i);
    unet_train_callbacks stop = train_case_stop_after(stops[i]);
    ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "interrupted");
    train_case_train(test_device, &options);
    wants_same_end(unet_path_name(options.folder));
  }
}
END_TEST

START_TEST(interrupted_in_every_epoch_with_a_select_set) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.select = 0.3;
  train_whole(&options);
  options.resume = true;
  for (int i = 0; i < TRAIN_CASE_EPOCHS - 1; i++) {
    unet_train_callbacks stop = train_case_stop_after(5);
    ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "--resume");
  }
  train_case_train(test_device, &options);
  wants_same_end("run");
}
END_TEST

START_TEST(interrupted_with_augmentation) {
  unet_train_options options = train_case_options("run"), plain = options;
  unet_train_result result = {0};
  ck_unet_ok(unet_augment_preset(&options.augment, "strong"));
  train_whole(&options);
  options.resume = true;
  unet_train_callbacks stop = train_case_stop_after(7);
  ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "interrupted");
  plain.resume = true;
  ck_unet_fails(unet_train(test_device, &plain, NULL, &result), UNET_USAGE, "--flip is \"none\"");
  train_case_train(test_device, &options);
  wants_same_end("run");
}
END_TEST

/* Windows, normalisations, an average of the weights, a clip, decay, a rate that falls: all of it goes on
 * where it was. */
START_TEST(interrupted_with_windows_and_all_of_a_recipe) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.tile = true;
  options.architecture.height = options.architecture.width = 16;
  options.select = 0.3;
  options.recipe = (unet_recipe){.init = UNET_INIT_HE,
                                 .norm = UNET_NORM_BATCH,
                                 .loss = UNET_LOSS_TVERSKY,
                                 .schedule = UNET_SCHEDULE_PLATEAU,
                                 .warmup = 0.1,
                                 .weight_decay = 0.01,
                                 .clip = 0.5,
                                 .average = 0.9,
                                 .oversample = 2};
  train_whole(&options);
  options.resume = true;
  unet_train_callbacks stop = train_case_stop_after(13);
  ck_unet_fails(unet_train(test_device, &options, &stop, &result), UNET_INTERRUPTED, "interrupted");
  train_case_train(test_device, &options);
  wants_same_end(unet_path_name(options.folder));
}
END_TEST

/* A longer run, from a shorter one. */
START_TEST(epochs_may_be_added) {
  unet_train_options options = train_case_options("run");
  train_whole(&options);
  options.epochs = 2;
  train_case_train(test_device, &options);
  options.resume = true;
  train_case_train(test_device, &options);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
  options.epochs = TRAIN_CASE_EPOCHS;
  train_case_train(test_device, &options);
  wants_same_end("run");
  options.epochs--;
  unet_train_result result = {0};
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "epochs already");
  wants_same_end("run");
}
END_TEST

/* What a process leaves that dies after best.safetensors, before last.safetensors. */
START_TEST(killed_between_two_files) {
  unet_train_options options = train_case_options("run");
  train_whole(&options);
  options.epochs = 2;
  train_case_train(test_device, &options);
  copy_file(train_case_path("run/last.safetensors"), train_case_path("last-of-2"));
  options.resume = true;
  options.epochs = 3;
  train_case_train(test_device, &options);
  copy_file(train_case_path("last-of-2"), train_case_path("run/last.safetensors"));
  FILE *log = fopen(train_case_path("run/log.csv"), "a");
  ck_assert_ptr_nonnull(log);
  fputs("4,0.5,", log);
  fclose(log);
  ck_unet_ok(unet_write_file(train_case_path("run/last.safetensors.tmp-1-1"), "half", 4));
  ck_unet_ok(unet_write_file(train_case_path("run/.lock"), "", 0));
  options.epochs = TRAIN_CASE_EPOCHS;
  train_case_train(test_device, &options);
  wants_same_end("run");
  ck_assert(!unet_path_exists(train_case_path("run/last.safetensors.tmp-1-1")));
  ck_assert(!unet_path_exists(train_case_path("run/.lock")));
}
END_TEST

static void count_note(void *user, const char *line) { *(int *)user += strstr(line, "afresh") != NULL; }

START_TEST(without_a_checkpoint_it_starts_afresh_and_says_so) {
  int notes = 0;
  const unet_train_callbacks callbacks = {.user = &notes, .on_note = count_note};
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  train_whole(&options);
  ck_unet_ok(unet_make_folders(options.folder));
  ck_unet_ok(unet_write_file(train_case_path("run/log.csv"), "epoch\n1,2\n", 10));
  options.resume = true;
  ck_unet_ok(unet_train(test_device, &options, &callbacks, &result));
  unet_train_result_free(&result);
  ck_assert_int_eq(notes, 1);
  wants_same_end("run");
}
END_TEST

START_TEST(a_run_remembers_its_options) {
  unet_train_options options = train_case_options("run");
  unet_run_options *run = NULL;
  ck_unet_ok(unet_run_options_load(&run, options.folder));
  ck_assert_ptr_null(run);
  options.epochs = 1;
  options.seed = UINT64_MAX;
  options.data.mask_threshold = 7;
  train_whole(&options);
  train_case_train(test_device, &options);
  ck_unet_ok(unet_run_options_load(&run, options.folder));
  unet_train_options read = unet_run_options_get(run);
  ck_assert(read.resume);
  ck_assert_uint_eq(read.epochs, 1);
  ck_assert_str_eq(read.data.images, options.data.images);
  read.folder = options.folder;
  train_case_train(test_device, &read); /* nothing to do, and nothing to refuse */
  train_case_same(train_case_path("run/last.safetensors"), train_case_path("whole/last.safetensors"));
  unet_run_options_free(run);
  ck_unet_ok(unet_write_file(train_case_path("run/config.json"), "[]", 2));
  ck_unet_fails(unet_run_options_load(&run, options.folder), UNET_BAD_INPUT, "config.json");
}
END_TEST

/* --- what a resumed run refuses ----------------------------------------------------------------------- */

static void wants_refusal(const unet_train_options *options, const char *name) {
  unet_train_result result = {0};
  ck_unet_fails(unet_train(test_device, options, NULL, &result), UNET_USAGE, name);
}

START_TEST(options_that_change_the_run_are_refused) {
  unet_train_options options = train_case_options("run"), other;
  train_case_train(test_device, &options);
  copy_file(train_case_path("run/last.safetensors"), train_case_path("kept"));
  options.resume = true;
  options.epochs++;
  other = options;
  other.batch = 4;
  wants_refusal(&other, "--batch is 4");
  other = options;
  other.learning_rate = 2e-2;
  wants_refusal(&other, "--lr is 0.02");
  other = options;
  other.seed = 6;
  wants_refusal(&other, "--seed is 6");
  other = options;
  other.val = 0.4;
  wants_refusal(&other, "--val is 0.4");
  other = options;
  other.select = 0.2;
  wants_refusal(&other, "--select is 0.2");
  other = options;
  other.architecture.channels = 3;
  wants_refusal(&other, "--channels is 3");
  other = options;
  other.architecture.filters[1] = 6;
  wants_refusal(&other, "--filters is [4,6]");
  other = options;
  other.architecture.width = 64;
  wants_refusal(&other, "--size is \"32x64\"");
  other = options;
  other.data.mask_threshold = 3;
  wants_refusal(&other, "--mask-threshold is 3");
  other = options;
  other.data.defects = "defect";
  wants_refusal(&other, "--defects is \"defect\"");
  train_case_same(train_case_path("run/last.safetensors"), train_case_path("kept"));
}
END_TEST

START_TEST(other_pictures_are_refused) {
  unet_train_options options = train_case_options("run");
  train_case_train(test_device, &options);
  options.resume = true;
  options.epochs++;
  copy_file(train_case_path("images/1.png"), train_case_path("images/0.png"));
  wants_refusal(&options, "the pictures");
  ck_assert_int_eq(rename(train_case_path("images/1.png"), train_case_path("images/11.png")), 0);
  ck_assert_int_eq(rename(train_case_path("masks/1.png"), train_case_path("masks/11.png")), 0);
  wants_refusal(&options, "split");
}
END_TEST

START_TEST(a_damaged_checkpoint_is_refused) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  train_case_train(test_device, &options);
  options.resume = true;
  options.epochs++;
  copy_file(train_case_path("run/best.safetensors"), train_case_path("run/last.safetensors"));
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_BAD_INPUT, "--overwrite");
  ck_unet_ok(unet_write_file(train_case_path("run/last.safetensors"), "{}", 2));
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_BAD_INPUT, "last.safetensors");
  ck_assert(unet_path_exists(train_case_path("run/best.safetensors")));
}
END_TEST

/* --- failures in the middle --------------------------------------------------------------------------- */

/* Rewrites the checkpoint's rate, so that the run blows up from there. */
static void raise_rate(const char *path) {
  unet_safetensors file = {0};
  ck_unet_ok(unet_safetensors_read(&file, path));
  json_t *metadata = json_object_get(file.header, "__metadata__");
  json_t *training = json_loads(unet_safetensors_text(&file, "training"), 0, NULL);
  ck_assert_int_eq(json_object_set_new(json_object_get(training, "options"), "lr", json_real(1e30)), 0);
  char *text = json_dumps(training, JSON_COMPACT);
  ck_assert_int_eq(json_object_set_new(metadata, "training", json_string(text)), 0);
  ck_unet_ok(unet_safetensors_write(path, metadata, file.tensors, file.count));
  free(text);
  json_decref(training);
  unet_safetensors_free(&file);
}

START_TEST(a_loss_that_is_not_finite_keeps_the_last_good_checkpoint) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  train_case_train(test_device, &options);
  raise_rate(train_case_path("run/last.safetensors"));
  copy_file(train_case_path("run/last.safetensors"), train_case_path("kept-last"));
  copy_file(train_case_path("run/best.safetensors"), train_case_path("kept-best"));
  options.learning_rate = 1e30;
  options.resume = true;
  options.epochs += 5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "lower --lr");
  train_case_same(train_case_path("run/last.safetensors"), train_case_path("kept-last"));
  train_case_same(train_case_path("run/best.safetensors"), train_case_path("kept-best"));
}
END_TEST

/* No file may grow beyond a few bytes: what a full disk does, as far as writing goes. */
static void fill_disk(void *user, const unet_train_epoch *epoch) {
  (void)user;
  const struct rlimit limit = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
  if (epoch->epoch == 2) ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_leaves_the_old_checkpoint) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.on_epoch = fill_disk};
  const struct rlimit none = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  train_whole(&options);
  signal(SIGXFSZ, SIG_IGN);
  ck_unet_fails(unet_train(test_device, &options, &callbacks, &result), UNET_NO_RESOURCE,
                "cannot be written");
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 3);
  options.resume = true;
  train_case_train(test_device, &options);
  wants_same_end("run");
}
END_TEST

/* --- kill -9 ------------------------------------------------------------------------------------------ */

static void train_in_child(const unet_train_options *options) {
  unet_device *device = NULL;
  unet_train_result result = {0};
  bool done = unet_device_open(&device, NULL, NULL) == UNET_OK &&
              unet_train(device, options, NULL, &result) == UNET_OK;
  _exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void wait_microseconds(long count) {
  const struct timespec pause = {.tv_nsec = count * 1000};
  (void)nanosleep(&pause, NULL);
}

/* Which file it is, 0 when there is none; a checkpoint that was renamed into place is another one. */
static ino_t identity_of(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? info.st_ino : 0;
}

/* Kills the child a moment after it has written a checkpoint. */
static void kill_in_the_middle(const unet_train_options *options, long moment) {
  const char *checkpoint = train_case_path("run/last.safetensors");
  const ino_t before = identity_of(checkpoint);
  int status = 0;
  pid_t child = fork(), ended = 0;
  ck_assert_int_ge(child, 0);
  if (child == 0) train_in_child(options);
  while (identity_of(checkpoint) == before && (ended = waitpid(child, &status, WNOHANG)) == 0)
    wait_microseconds(1000);
  ck_assert_msg(ended == 0, "the child ended before it wrote a checkpoint");
  wait_microseconds(moment);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
}

/* Without test_device: a process that used OpenCL must not fork others that do. */
START_TEST(killed_and_resumed) {
  unet_train_options options = train_case_options("run");
  options.resume = true;
  options.epochs = 60;
  for (long i = 0; i < 4; i++) kill_in_the_middle(&options, 3000 + 7700 * i);
  ck_unet_ok(unet_device_open(&test_device, NULL, NULL));
  train_case_train(test_device, &options);
  train_whole(&options);
  unet_device_close(test_device);
  train_case_same(train_case_path("run/last.safetensors"), train_case_path("whole/last.safetensors"));
  train_case_same(train_case_path("run/best.safetensors"), train_case_path("whole/best.safetensors"));
  ck_assert_uint_eq(train_case_lines(train_case_path("run/log.csv")), 61);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("resume");
  TCase *all = unet_device_test_case(suite, "resume", 180);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, interrupted_and_resumed);
  tcase_add_test(all, interrupted_in_every_epoch_with_a_select_set);
  tcase_add_test(all, interrupted_with_augmentation);
  tcase_add_test(all, interrupted_with_windows_and_all_of_a_recipe);
  tcase_add_test(all, epochs_may_be_added);
  tcase_add_test(all, killed_between_two_files);
  tcase_add_test(all, without_a_checkpoint_it_starts_afresh_and_says_so);
  tcase_add_test(all, a_run_remembers_its_options);
  tcase_add_test(all, options_that_change_the_run_are_refused);
  tcase_add_test(all, other_pictures_are_refused);
  tcase_add_test(all, a_damaged_checkpoint_is_refused);
  tcase_add_test(all, a_loss_that_is_not_finite_keeps_the_last_good_checkpoint);
  tcase_add_test(all, a_full_disk_leaves_the_old_checkpoint);
  TCase *killed = unet_test_case(suite, "killed", 180);
  tcase_add_checked_fixture(killed, train_case_make, train_case_remove);
  tcase_add_test(killed, killed_and_resumed);
  return suite;
}
