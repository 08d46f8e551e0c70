/* A trainer whose network normalises: what it measures with is what it trains. */
#include <math.h>

#include "base/rng.h"
#include "device_fixture.h"
#include "train/trainer.h"

enum { BATCH = 3, SIDE = 16, PIXELS = BATCH * SIDE * SIDE };

static unet_trainer trainer;
static float images[PIXELS], targets[PIXELS];
static const unet_batch batch = {.n = BATCH, .images = images, .targets = targets};

static void open_trainer(double learning_rate, double average) {
  unet_train_options options = unet_train_options_article();
  options.architecture =
      (unet_architecture){.channels = 1, .height = SIDE, .width = SIDE, .n_levels = 3, .filters = {4, 8, 12}};
  options.batch = BATCH;
  options.learning_rate = learning_rate;
  options.recipe.norm = UNET_NORM_BATCH;
  options.recipe.average = average;
  unet_rng rng;
  unet_rng_start(&rng, 3, 1, 0);
  for (size_t i = 0; i < PIXELS; i++) images[i] = unet_rng_range(&rng, 0.0f, 1.0f);
  for (size_t i = 0; i < PIXELS; i++) targets[i] = i % SIDE < 5 ? 1.0f : 0.0f;
  ck_unet_ok(unet_trainer_open(&trainer, test_device, &options, 10, NULL));
  ck_unet_ok(unet_trainer_initialise(&trainer, 7));
}

static unet_loss_sums run(unet_run_part part) {
  unet_loss_sums sums = {0};
  ck_unet_ok(unet_trainer_start(&trainer, part, &batch));
  ck_unet_ok(unet_trainer_finish(&trainer, &sums));
  return sums;
}

/* After the first step the running statistics are those of its batch; at rate 0 the weights are the same. */
START_TEST(folded_model_measures_what_was_trained) {
  open_trainer(0.0, _i ? 0.9 : 0.0);
  const unet_loss_sums trained = run(UNET_RUN_ALL);
  ck_unet_ok(unet_trainer_fetch(&trainer));
  const unet_loss_sums measured = run(UNET_RUN_FORWARD);
  const double expected = unet_loss_value(&trained, &trainer.loss),
               got = unet_loss_value(&measured, &trainer.loss);
  ck_assert_msg(fabs(got - expected) <= 1e-5 * expected, "loss in training %.9g, of the model %.9g", expected,
                got);
  unet_trainer_close(&trainer);
}
END_TEST

/* They have one arena together. */
START_TEST(measuring_leaves_training_alone) {
  unet_loss_sums sums[2] = {{0}};
  for (int measured = 0; measured < 2; measured++) {
    open_trainer(1e-3, 0.9);
    ck_assert_ptr_eq(unet_executor_region(trainer.training.executor, UNET_REGION_ARENA),
                     unet_executor_region(trainer.measuring.executor, UNET_REGION_ARENA));
    for (int step = 0; step < 3; step++) {
      sums[measured] = run(UNET_RUN_ALL);
      ck_unet_ok(unet_trainer_fetch(&trainer));
      if (measured) run(UNET_RUN_FORWARD);
    }
    unet_trainer_close(&trainer);
  }
  ck_assert_mem_eq(&sums[0], &sums[1], sizeof sums[0]);
}
END_TEST

/* While steps move the weights, the statistics follow: the model does what the network in training does. */
START_TEST(running_statistics_follow) {
  open_trainer(1e-3, 0.0);
  for (int step = 0; step < 30; step++) run(UNET_RUN_ALL);
  ck_unet_ok(unet_trainer_fetch(&trainer));
  const unet_loss_sums sums[] = {run(UNET_RUN_FORWARD), run(UNET_RUN_ALL)};
  const double measured = unet_loss_value(&sums[0], &trainer.loss),
               trained = unet_loss_value(&sums[1], &trainer.loss);
  ck_assert_msg(fabs(measured - trained) < 0.2 * trained, "in training %g, of the model %g", trained,
                measured);
  unet_trainer_close(&trainer);
}
END_TEST

/* Sums of a map with one probability on all defect pixels, and one on all others. */
static unet_loss_sums sums_of(double share, double on_defects, double on_good) {
  const double truth = share * PIXELS;
  return (unet_loss_sums){.both = on_defects * truth,
                          .truth = truth,
                          .predicted = on_defects * truth + on_good * (PIXELS - truth),
                          .pixels = PIXELS};
}

START_TEST(silence_is_told_whatever_the_size_of_defects) {
  static const struct {
    double share, on_defects, on_good;
    bool silent;
  } cases[] = {{0.001, 0.5, 0.02, false}, /* a good model of small defects: its soft Dice is 0.045 */
               {0.001, 0.01, 0.001, true}, {0.2, 0.2, 0.2, true}, /* a constant map over large defects: 0.2 */
               {0.2, 0.02, 0.01, true},    {0.2, 0.45, 0.15, false},
               {0.9, 0.9, 0.9, false}, /* everything is marked: wrong, but not silent */
               {1.0, 0.9, 0.0, false},     {0.0, 0.0, 0.01, false}}; /* no defect was shown */
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const unet_loss_sums sums = sums_of(cases[i].share, cases[i].on_defects, cases[i].on_good);
    ck_assert_msg(unet_loss_is_silent(&sums) == cases[i].silent, "case %zu, soft dice %g", i,
                  unet_loss_dice(&sums));
  }
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("trainer");
  TCase *test_case = unet_device_test_case(suite, "trainer", 120);
  tcase_add_loop_test(test_case, folded_model_measures_what_was_trained, 0, 2);
  tcase_add_test(test_case, measuring_leaves_training_alone);
  tcase_add_test(test_case, running_statistics_follow);
  tcase_add_test(test_case, silence_is_told_whatever_the_size_of_defects);
  return suite;
}
