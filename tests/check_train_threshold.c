/* The threshold that training stores: chosen, aimed at or given. */
#include <jansson.h>
#include <math.h>

#include "data/image.h"
#include "data/mask.h"
#include "device_fixture.h"
#include "run/predictor.h"
#include "train_case.h"

/* Maps and masks of the images set aside, at their own size. */
typedef struct selected {
  uint16_t map[2][TRAIN_CASE_SIDE * TRAIN_CASE_SIDE];
  unet_mask mask[2];
} selected;

static void predict_selected(selected *s, const char *run) {
  json_t *split = json_load_file(train_case_path("%s/split.json", run), 0, NULL);
  const json_t *names = json_object_get(split, "select");
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  ck_unet_ok(unet_model_load(&model, train_case_path("%s/best.safetensors", run)));
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  ck_assert_uint_eq(json_array_size(names), 2);
  for (size_t i = 0; i < 2; i++) {
    const char *name = json_string_value(json_array_get(names, i));
    unet_image image = {0};
    ck_unet_ok(unet_image_read(&image, train_case_path("images/%s", name)));
    ck_unet_ok(unet_mask_read(&s->mask[i], train_case_path("masks/%s", name), -1));
    ck_assert_uint_eq(image.width, TRAIN_CASE_SIDE);
    ck_unet_ok(unet_predictor_image(predictor, &image, s->map[i]));
    unet_image_free(&image);
  }
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  json_decref(split);
}

static double dice_above(const selected *s, float threshold) {
  size_t hits = 0, marked = 0, defects = 0;
  for (size_t i = 0; i < 2; i++) {
    for (size_t p = 0; p < (size_t)TRAIN_CASE_SIDE * TRAIN_CASE_SIDE; p++) {
      const bool is_marked = (float)s->map[i][p] / 65535.0f > threshold,
                 is_defect = s->mask[i].values[p] != 0;
      hits += is_marked && is_defect;
      marked += is_marked;
      defects += is_defect;
    }
  }
  return 2.0 * (double)hits / (double)(marked + defects);
}

/* Where the network's size is another one, too. */
START_TEST(the_threshold_suits_the_images_own_size) {
  static selected s;
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.architecture.height = options.architecture.width = TRAIN_CASE_SIDE / 2;
  options.select = 0.25;
  options.epochs = 12;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  predict_selected(&s, "run");
  const double chosen = dice_above(&s, result.threshold);
  ck_assert_uint_eq(result.reached.images, 2);
  ck_assert_double_lt(fabs(result.reached.dice - chosen), 1e-9);
  for (unsigned level = 0; level < 65535; level += 5) {
    const double dice = dice_above(&s, (float)level / 65535.0f);
    ck_assert_msg(chosen > dice - 1e-9, "dice %.6f at the threshold %g, but %.6f at %u / 65535", chosen,
                  (double)result.threshold, dice, level);
  }
  for (size_t i = 0; i < 2; i++) unet_mask_free(&s.mask[i]);
  unet_train_result_free(&result);
}
END_TEST

/* Marking everything is allowed, so the lowest threshold is taken. */
START_TEST(the_threshold_follows_the_target) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  options.target_false_alarms = 1.0;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--select");
  options.select = 0.25;
  ck_unet_ok(unet_train(test_device, &options, NULL, &result));
  ck_assert_float_eq(result.threshold, 0.0f);
  ck_assert_double_eq(result.reached.recall, 1.0);
  ck_assert_double_eq(result.reached.false_alarms, 1.0);
  unet_train_result_free(&result);
}
END_TEST

/* Also with images set aside, which then choose the epoch alone. */
START_TEST(a_threshold_that_is_given_stays) {
  unet_train_options options = train_case_options("run");
  unet_train_result result = {0};
  options.epochs = 1;
  options.overwrite = true;
  options.threshold = 0.3;
  for (int select = 0; select < 2; select++) {
    options.select = 0.25 * select;
    ck_unet_ok(unet_train(test_device, &options, NULL, &result));
    ck_assert_float_eq(result.threshold, 0.3f);
    ck_assert_float_eq(result.held_out.threshold, 0.3f);
    ck_assert_uint_eq(result.reached.images, 0);
    unet_train_result_free(&result);
  }
  options.target_recall = 0.9;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--threshold excludes");
  options.target_recall = 0.0;
  options.threshold = 1.5;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--threshold 1.5");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("train_threshold");
  TCase *all = unet_device_test_case(suite, "train_threshold", 180);
  tcase_add_checked_fixture(all, train_case_make, train_case_remove);
  tcase_add_test(all, the_threshold_suits_the_images_own_size);
  tcase_add_test(all, the_threshold_follows_the_target);
  tcase_add_test(all, a_threshold_that_is_given_stays);
  return suite;
}
