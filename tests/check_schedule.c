/* The course of the learning rate, and how often images are shown. */
#include <math.h>

#include "check_main.h"
#include "data/dataset.h"
#include "train/oversample.h"
#include "train/schedule.h"

static void wants(const unet_recipe *recipe, uint64_t step, double wanted) {
  double share = unet_schedule_share(recipe, step, 100);
  ck_assert_msg(fabs(share - wanted) < 1e-12, "at step %d the share is %.12g, not %.12g", (int)step, share,
                wanted);
}

START_TEST(constant_is_one) {
  const unet_recipe recipe = {.schedule = UNET_SCHEDULE_CONSTANT};
  for (uint64_t step = 0; step < 200; step++) wants(&recipe, step, 1.0);
}
END_TEST

START_TEST(warmup_rises_in_even_steps) {
  const unet_recipe recipe = {.warmup = 0.1};
  for (uint64_t step = 0; step < 10; step++) wants(&recipe, step, ((double)step + 1.0) / 10.0);
  wants(&recipe, 10, 1.0);
}
END_TEST

START_TEST(cosine_falls_to_nothing) {
  const unet_recipe recipe = {.schedule = UNET_SCHEDULE_COSINE, .warmup = 0.2};
  wants(&recipe, 20, 1.0);
  wants(&recipe, 60, 0.5);
  wants(&recipe, 100, 0.0);
  wants(&recipe, 150, 0.0); /* more epochs than were planned */
}
END_TEST

START_TEST(one_cycle_rises_and_falls) {
  const unet_recipe recipe = {.schedule = UNET_SCHEDULE_ONE_CYCLE};
  wants(&recipe, 0, 0.04);
  wants(&recipe, 15, 0.52);
  wants(&recipe, 30, 1.0);
  wants(&recipe, 65, 0.5);
  wants(&recipe, 100, 0.0);
}
END_TEST

START_TEST(plateau_halves_after_ten_epochs_without_gain) {
  unet_plateau plateau = unet_plateau_start();
  unet_plateau_add(&plateau, 1.0);
  for (int i = 0; i < 9; i++) unet_plateau_add(&plateau, 1.0);
  ck_assert_double_eq(plateau.share, 1.0);
  unet_plateau_add(&plateau, 0.99999); /* too little to count */
  ck_assert_double_eq(plateau.share, 0.5);
  unet_plateau_add(&plateau, 0.5);
  for (int i = 0; i < 10; i++) unet_plateau_add(&plateau, 0.6);
  ck_assert_double_eq(plateau.share, 0.25);
}
END_TEST

/* 6 of one type, 2 of another, 1 of a third, 1 good. */
START_TEST(rare_types_are_shown_as_often_as_frequent_ones) {
  static const char *const types[] = {"a", "a", "a", "a", "a", "a", "b", "b", "c", "good"};
  unet_dataset dataset = {.count = 10};
  unet_item items[10];
  size_t indices[10], times[10];
  for (size_t i = 0; i < 10; i++) {
    items[i] = (unet_item){.type = types[i], .mask = i < 9 ? "mask" : NULL};
    indices[i] = i;
  }
  dataset.items = items;
  unet_oversample(times, &dataset, indices, 10, 4);
  static const size_t wanted[] = {1, 1, 1, 1, 1, 1, 3, 3, 4, 1};
  for (size_t i = 0; i < 10; i++) ck_assert_uint_eq(times[i], wanted[i]);
  unet_oversample(times, &dataset, indices, 10, 0);
  for (size_t i = 0; i < 10; i++) ck_assert_uint_eq(times[i], 1);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("schedule");
  TCase *all = unet_test_case(suite, "schedule", 30);
  tcase_add_test(all, constant_is_one);
  tcase_add_test(all, warmup_rises_in_even_steps);
  tcase_add_test(all, cosine_falls_to_nothing);
  tcase_add_test(all, one_cycle_rises_and_falls);
  tcase_add_test(all, plateau_halves_after_ten_epochs_without_gain);
  tcase_add_test(all, rare_types_are_shown_as_often_as_frequent_ones);
  return suite;
}
