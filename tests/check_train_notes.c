/* What training says of a run that cannot be of use. */
#include <string.h>

#include "base/atomic_file.h"
#include "device_fixture.h"
#include "train_case.h"

typedef struct note_count {
  const char *wanted; /* in a note, */
  size_t found;       /* which came so many times */
} note_count;

static void on_note(void *user, const char *line) {
  note_count *count = user;
  ck_assert_ptr_null(strchr(line, '\n'));
  count->found += strstr(line, count->wanted) != NULL;
}

static size_t count_notes(const unet_train_options *options, const char *wanted) {
  note_count count = {.wanted = wanted};
  unet_train_result result = {0};
  const unet_train_callbacks callbacks = {.user = &count, .on_note = on_note};
  ck_unet_ok(unet_train(test_device, options, &callbacks, &result));
  unet_train_result_free(&result);
  return count.found;
}

START_TEST(held_out_images_without_a_defect_are_told_of) {
  unet_train_options options = train_case_options("run");
  options.epochs = 1;
  options.overwrite = true;
  ck_assert_uint_eq(count_notes(&options, "held-out images has a defect"), 0);
  train_case_good(10, 12);
  static const char names[] =
      "{\"train\": [\"0.png\", \"1.png\", \"2.png\"], \"val\": [\"10.png\", \"11.png\"]}";
  ck_unet_ok(unet_write_file(train_case_path("split.json"), names, strlen(names)));
  options.split_file = train_case_path("split.json");
  ck_assert_uint_eq(count_notes(&options, "none of the 2 held-out images has a defect"), 1);
}
END_TEST

/* He's first weights call one pixel in twenty a defect, and at this rate nothing changes that. */
static unet_train_options silent_options(size_t epochs) {
  unet_train_options options = train_case_options("run");
  options.recipe = unet_train_options_default().recipe;
  options.learning_rate = 1e-9;
  options.epochs = epochs;
  return options;
}

START_TEST(a_run_that_marks_nothing_says_so) {
  unet_train_options options = silent_options(8);
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs"), 0);
  options.resume = true;
  options.epochs = 17; /* the first 8 count, too */
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs the network has marked next to nothing"), 1);
  options.epochs = 32;
  ck_assert_uint_eq(count_notes(&options, "for 15 epochs"), 0);
}
END_TEST

START_TEST(a_short_run_that_marks_nothing_says_so_at_its_end) {
  unet_train_options options = silent_options(2);
  options.overwrite = true;
  ck_assert_uint_eq(count_notes(&options, "the held-out images, 2 of which have one"), 1);
  options.val = 0.0;
  ck_assert_uint_eq(count_notes(&options, "marks next to nothing on the images it was trained on"), 1);
  options = train_case_options("run");
  options.overwrite = true;
  options.epochs = 20;
  ck_assert_uint_eq(count_notes(&options, "next to nothing"), 0);
}
END_TEST

START_TEST(what_is_advised_is_not_done_already) {
  unet_train_options options = silent_options(1);
  options.overwrite = true;
  static const char *const wanted[] = {"a higher --lr", "--loss tversky", "--tile", "more --epochs"};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    ck_assert_uint_eq(count_notes(&options, wanted[i]), 1);
  static const char *const done[] = {"--schedule", "--norm", "--init", "a lower --lr"};
  for (size_t i = 0; i < sizeof done / sizeof *done; i++)
    ck_assert_uint_eq(count_notes(&options, done[i]), 0);
  options.recipe.schedule = UNET_SCHEDULE_CONSTANT;
  options.recipe.loss = UNET_LOSS_DICE;
  options.tile = true;
  ck_assert_uint_eq(count_notes(&options, "--schedule one_cycle, a higher --lr, --loss bce, more --epochs"),
                    1);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("train_notes");
  TCase *all = unet_device_test_case(suite, "train_notes", 180);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, held_out_images_without_a_defect_are_told_of);
  tcase_add_test(all, a_run_that_marks_nothing_says_so);
  tcase_add_test(all, a_short_run_that_marks_nothing_says_so_at_its_end);
  tcase_add_test(all, what_is_advised_is_not_done_already);
  return suite;
}
