/* Predicting files: what is written for them, what is refused, what is left when something goes wrong. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "bright_model.h"
#include "data/image.h"
#include "data_files.h"
#include "device_fixture.h"
#include "run/predictor.h"

enum { PATHS = 16, PATH_BYTES = 512 };

static char folder[256];
static unet_predictor *predictor;
static problem_list problems;
static unet_predict_options options;
static size_t images_told, images_left;

/* A name in the test's folder; valid until 16 more were asked for. */
static const char *at(const char *name) {
  static char paths[PATHS][PATH_BYTES];
  static size_t next;
  char *path = paths[next++ % PATHS];
  (void)snprintf(path, PATH_BYTES, "%s/%s", folder, name);
  return path;
}

static void count_image(void *user, const unet_prediction *prediction) {
  (void)user;
  ck_assert_uint_gt(strlen(prediction->image), 0);
  images_told++;
}

static bool count_down(void *user) {
  (void)user;
  if (images_left == 0) return true;
  images_left--;
  return false;
}

static void make_predictor(size_t channels) {
  unet_model *model = make_bright_model(channels);
  unet_predictor_destroy(predictor);
  predictor = NULL;
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  unet_model_destroy(model);
}

static void set_up(void) {
  static char out[PATH_BYTES];
  unet_make_test_folder(folder);
  make_predictor(1);
  problems.count = images_told = 0;
  (void)snprintf(out, sizeof out, "%s", at("out"));
  options = (unet_predict_options){
      .out = out, .on_image = count_image, .on_problem = problem_list_add, .user = &problems};
}

static void tear_down(void) {
  unet_predictor_destroy(predictor);
  predictor = NULL;
  unet_remove_folder(folder);
}

static unet_status predict(const char *first, const char *second) {
  const char *inputs[2] = {first, second};
  return unet_predict_files(predictor, inputs, second ? 2 : 1, &options);
}

static void read_result(unet_image *image, const char *name, size_t width, size_t height, size_t channels,
                        unsigned depth) {
  ck_unet_ok(unet_image_read(image, at(name)));
  ck_assert_uint_eq(image->width, width);
  ck_assert_uint_eq(image->height, height);
  ck_assert_uint_eq(image->channels, channels);
  ck_assert_uint_eq(image->depth, depth);
}

/* A slope from black to white, so that the map crosses the threshold; the overlay shows the picture. */
static void put_slope(const char *name, size_t width, size_t height, size_t channels) {
  unet_image image = {0};
  ck_unet_ok(unet_image_make(&image, width, height, channels, 8));
  for (size_t i = 0; i < width * height * channels; i++)
    image.samples[i] = (uint16_t)(i / channels % width * 255 / (width - 1) * 257);
  ck_unet_ok(unet_image_write_png(&image, at(name)));
  unet_image_free(&image);
}

/* The three files of an input, against the map that the predictor gives for it. */
static void check_results(const char *input, const char *name) {
  unet_image image = {0}, map = {0}, wanted = {0}, mask = {0}, overlay = {0};
  char file[128];
  ck_unet_ok(unet_image_read(&image, at(input)));
  size_t width = image.width, height = image.height, defect = 0;
  (void)snprintf(file, sizeof file, "out/%s_prob.png", name);
  read_result(&map, file, width, height, 1, 16);
  (void)snprintf(file, sizeof file, "out/%s_mask.png", name);
  read_result(&mask, file, width, height, 1, 8);
  (void)snprintf(file, sizeof file, "out/%s_overlay.png", name);
  read_result(&overlay, file, width, height, 3, 8);
  ck_unet_ok(unet_image_make(&wanted, width, height, 1, 16));
  ck_unet_ok(unet_predictor_image(predictor, &image, wanted.samples));
  ck_assert_mem_eq(map.samples, wanted.samples, width * height * sizeof(uint16_t));
  for (size_t i = 0; i < width * height; i++) {
    bool is_defect = map.samples[i] > 32767; /* 32767 / 65535 < 0.5 < 32768 / 65535 */
    ck_assert_uint_eq(mask.samples[i], is_defect ? 65535 : 0);
    defect += is_defect;
  }
  ck_assert_msg(defect > 0 && defect < width * height, "%zu defect pixels tell nothing", defect);
  unet_image_free(&image);
  unet_image_free(&map);
  unet_image_free(&wanted);
  unet_image_free(&mask);
  unet_image_free(&overlay);
}

START_TEST(results_have_the_size_of_the_picture) {
  put_slope("small.png", 11, 7, 1);
  put_slope("large.png", 83, 41, 1);
  put_slope("colour.png", 32, 20, 3);
  for (size_t channels = 1; channels <= 3; channels += 2) {
    const char *inputs[3] = {at("small.png"), at("large.png"), at("colour.png")};
    make_predictor(channels);
    ck_unet_ok(unet_predict_files(predictor, inputs, 3, &options));
    check_results("small.png", "small");
    check_results("large.png", "large");
    check_results("colour.png", "colour");
  }
  ck_assert_uint_eq(images_told, 6);
}
END_TEST

/* sigmoid(20 (x - 0.5)) of each pixel, rounded to 16 bit. */
START_TEST(the_map_is_the_probability) {
  unet_image map = {0};
  put_slope("slope.png", BRIGHT_SIDE, BRIGHT_SIDE, 1);
  ck_unet_ok(predict(at("slope.png"), NULL));
  read_result(&map, "out/slope_prob.png", BRIGHT_SIDE, BRIGHT_SIDE, 1, 16);
  for (size_t x = 0; x < BRIGHT_SIDE; x++) {
    const size_t grey = x * 255 / (BRIGHT_SIDE - 1);
    double value = (double)grey / 255.0;
    double wanted = 65535.0 / (1.0 + exp(-20.0 * (value - 0.5)));
    ck_assert_msg(fabs((double)map.samples[x] - wanted) <= 1.0, "at %zu: %u, not %.2f", x, map.samples[x],
                  wanted);
  }
  unet_image_free(&map);
}
END_TEST

static void wants_text(const char *name, const char *wanted) {
  char *text = NULL;
  size_t size = 0;
  ck_unet_ok(unet_read_file(&text, &size, at(name)));
  ck_assert_str_eq(text, wanted);
  free(text);
}

START_TEST(the_table_has_a_row_for_each) {
  char wanted[4 * PATH_BYTES];
  put_picture(folder, "in/b/white, \"bright\".png", 20, 10, 255, 255);
  put_picture(folder, "in/a.png", 16, 16, 0, 0);
  put_picture(folder, "in/b/c/one.png", 16, 16, 255, 0);
  ck_unet_ok(predict(at("in"), NULL));
  (void)snprintf(wanted, sizeof wanted,
                 "image,defect_pixels,defect_share,max_probability,verdict,regions,score,x,y,width,height\n"
                 "%s/in/a.png,0,0.000000,0.000046,OK,0,0.000046,,,,\n"
                 "\"%s/in/b/white, \"\"bright\"\".png\",200,1.000000,0.999954,NG,1,0.999954,0,0,20,10\n"
                 "%s/in/b/c/one.png,1,0.003906,0.999954,NG,1,0.003952,0,0,1,1\n",
                 folder, folder, folder);
  wants_text("out/predictions.csv", wanted);
  (void)snprintf(wanted, sizeof wanted,
                 "image,region,x,y,width,height,area,score,mean,centre_x,centre_y\n"
                 "\"%s/in/b/white, \"\"bright\"\".png\",1,0,0,20,10,200,0.999954,0.999954,9.50,4.50\n"
                 "%s/in/b/c/one.png,1,0,0,1,1,1,0.999954,0.999954,0.00,0.00\n",
                 folder, folder);
  wants_text("out/regions.csv", wanted);
  ck_assert(unet_path_exists(at("out/a_overlay.png")) && unet_path_exists(at("out/b/c/one_prob.png")));
  ck_assert(unet_path_exists(at("out/b/white, \"bright\"_mask.png")));
}
END_TEST

/* Bright: 3 pixels at the top left, 4 and, apart from them, 1 below; so many pixels are white, not grey. */
static void put_spots(const char *name, unet_image *image) {
  static const size_t spots[] = {0, 1, BRIGHT_SIDE, 100, 101, 116, 117, 200};
  ck_unet_ok(unet_image_make(image, BRIGHT_SIDE, BRIGHT_SIDE, 3, 8));
  for (size_t i = 0; i < sizeof spots / sizeof *spots; i++) {
    for (size_t c = 0; c < 3; c++) image->samples[spots[i] * 3 + c] = 65535;
  }
  ck_unet_ok(unet_image_write_png(image, at(name)));
}

static void use_min_area(size_t min_area) {
  unet_model *model = make_bright_model(1);
  unet_model_set_min_area(model, min_area);
  unet_predictor_destroy(predictor);
  predictor = NULL;
  ck_unet_ok(unet_predictor_create(&predictor, test_device, model, 1));
  unet_model_destroy(model);
}

/* Table, mask and verdict leave the same regions out. */
START_TEST(small_regions_are_in_no_result) {
  static const struct {
    size_t min_area, regions, pixels;
  } cases[] = {{0, 3, 8}, {2, 2, 7}, {3, 2, 7}, {4, 1, 4}, {5, 0, 0}};
  unet_image image = {0}, mask = {0};
  put_spots("spots.png", &image);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char wanted[PATH_BYTES * 2], box[32];
    use_min_area(cases[i].min_area);
    ck_unet_ok(predict(at("spots.png"), NULL));
    (void)snprintf(box, sizeof box, "%s", cases[i].regions ? "4,6,2,2" : ",,,");
    (void)snprintf(wanted, sizeof wanted,
                   "image,defect_pixels,defect_share,max_probability,verdict,regions,score,x,y,width,height\n"
                   "%s/spots.png,%zu,%.6f,0.999954,%s,%zu,0.031293,%s\n",
                   folder, cases[i].pixels, (double)cases[i].pixels / 256, cases[i].regions ? "NG" : "OK",
                   cases[i].regions, box);
    wants_text("out/predictions.csv", wanted);
    read_result(&mask, "out/spots_mask.png", BRIGHT_SIDE, BRIGHT_SIDE, 1, 8);
    size_t marked = 0;
    for (size_t k = 0; k < (size_t)BRIGHT_SIDE * BRIGHT_SIDE; k++) marked += mask.samples[k] > 0;
    ck_assert_uint_eq(marked, cases[i].pixels);
    unet_image_free(&mask);
  }
  unet_image_free(&image);
}
END_TEST

START_TEST(a_frame_is_judged_like_a_file) {
  static uint8_t rgb[BRIGHT_SIDE * BRIGHT_SIDE * 3], marked[BRIGHT_SIDE * BRIGHT_SIDE];
  unet_image image = {0}, mask = {0};
  unet_regions regions = {0};
  put_spots("spots.png", &image);
  for (size_t i = 0; i < sizeof rgb; i++) rgb[i] = (uint8_t)(image.samples[i] / 257);
  for (size_t min_area = 5; min_area-- > 0;) { /* the regions' memory is used again, and grows */
    use_min_area(min_area);
    ck_unet_ok(predict(at("spots.png"), NULL));
    read_result(&mask, "out/spots_mask.png", BRIGHT_SIDE, BRIGHT_SIDE, 1, 8);
    ck_unet_ok(unet_predict_frame(predictor, rgb, BRIGHT_SIDE, BRIGHT_SIDE, (size_t)BRIGHT_SIDE * 3, NULL,
                                  marked, &regions));
    for (size_t i = 0; i < sizeof marked; i++) ck_assert_uint_eq(marked[i], mask.samples[i] / 257);
    ck_assert_uint_eq(regions.count, min_area > 3 ? 1 : min_area > 1 ? 2 : 3);
    ck_assert_uint_eq(regions.items[0].area, 4);
    ck_assert_float_eq((float)regions.items[0].centre_x, 4.5f);
    ck_unet_ok(unet_predict_frame(predictor, rgb, BRIGHT_SIDE, BRIGHT_SIDE, (size_t)BRIGHT_SIDE * 3, NULL,
                                  NULL, &regions));
    ck_assert_uint_eq(regions.items[0].y, 6);
    unet_image_free(&mask);
  }
  unet_regions_free(&regions);
  unet_image_free(&image);
}
END_TEST

/* Names with anything in them, as one object of valid UTF-8. */
START_TEST(the_object_holds_the_same) {
  char wanted[PATH_BYTES];
  unet_image image = {0};
  put_spots("in.png", &image);
  put_picture(folder, "in/a\xE4\"\\\n,\t.png", 16, 16, 0, 0);
  put_picture(folder, "in/b.png", 16, 16, 255, 0);
  use_min_area(2);
  const char *inputs[] = {at("in"), at("in.png")};
  ck_unet_ok(unet_predict_files(predictor, inputs, 2, &options));
  json_t *root = json_load_file(at("out/predictions.json"), JSON_REJECT_DUPLICATES, NULL);
  const json_t *images = json_object_get(root, "images");
  ck_assert_uint_eq(json_array_size(images), 3);
  ck_assert_int_eq(json_integer_value(json_object_get(root, "min_area")), 2);
  ck_assert_double_eq(json_number_value(json_object_get(root, "threshold")), 0.5);
  (void)snprintf(wanted, sizeof wanted, "%s/in/a\xEF\xBF\xBD\"\\\n,\t.png", folder);
  const json_t *good = json_array_get(images, 0), *spots = json_array_get(images, 2);
  ck_assert_str_eq(json_string_value(json_object_get(good, "image")), wanted);
  ck_assert_str_eq(json_string_value(json_object_get(good, "verdict")), "OK");
  ck_assert_uint_eq(json_array_size(json_object_get(good, "regions")), 0);
  ck_assert_str_eq(json_string_value(json_object_get(spots, "verdict")), "NG");
  const double score =
      (8 * 65532.0 + 248 * 3.0) / (256 * 65535.0); /* the mean: the picture is smaller than 21x21 */
  ck_assert_double_eq_tol(json_number_value(json_object_get(spots, "score")), score, 1e-6);
  ck_assert_int_eq(json_integer_value(json_object_get(spots, "defect_pixels")), 7);
  const json_t *second = json_array_get(json_object_get(spots, "regions"), 1);
  ck_assert_int_eq(json_integer_value(json_object_get(second, "area")), 3);
  ck_assert_int_eq(json_integer_value(json_object_get(second, "width")), 2);
  ck_assert(fabs(json_number_value(json_object_get(second, "score")) - 65532.0 / 65535) < 1e-4);
  json_decref(root);
  unet_image_free(&image);
}
END_TEST

START_TEST(clashes_are_refused_before_anything_is_written) {
  put_picture(folder, "in/a.png", 16, 16, 0, 0);
  put_picture(folder, "in/a.bmp", 16, 16, 0, 0);
  ck_unet_fails(predict(at("in"), NULL), UNET_USAGE, "a.bmp");
  put_picture(folder, "one/x.png", 16, 16, 0, 0);
  put_picture(folder, "two/x.png", 16, 16, 0, 0);
  ck_unet_fails(predict(at("one"), at("two")), UNET_USAGE, "two/x.png");
  ck_unet_fails(predict(at("one/x.png"), at("one/x.png")), UNET_USAGE, "one/x.png");
  ck_assert(!unet_path_exists(options.out));
  put_picture(folder, "one/x_mask.png", 16, 16, 0, 255);
  options.out = at("one");
  ck_unet_fails(predict(at("one/x.png"), at("one/x_mask.png")), UNET_USAGE, "x_mask.png");
  ck_unet_fails(predict(at("one"), NULL), UNET_USAGE, "--out");
  ck_assert(!unet_path_exists(at("one/x_prob.png")));
  ck_assert_uint_eq(images_told, 0);
}
END_TEST

/* A second run does not take its own results for pictures, and a link back up ends the walk. */
START_TEST(the_output_folder_is_passed_over) {
  put_picture(folder, "in/a.png", 16, 16, 0, 255);
  ck_assert_int_eq(symlink("..", at("in/up")), 0);
  ck_assert_int_eq(symlink(".", at("in/round")), 0);
  options.out = at("in/deep/results");
  ck_unet_ok(predict(at("in"), NULL));
  ck_unet_ok(predict(at("in"), NULL));
  ck_assert_uint_eq(images_told, 2);
  ck_assert(unet_path_exists(at("in/deep/results/a_mask.png")));
  ck_assert(!unet_path_exists(at("in/deep/results/a_mask_mask.png")));
}
END_TEST

START_TEST(good_pictures_are_written_beside_bad_ones) {
  put_file(folder, "in/a.png", "no picture", 10);
  put_picture(folder, "in/b.png", 16, 16, 0, 255);
  put_file(folder, "in/c.tiff", "not read", 8);
  put_file(folder, "in/d/e.jpg", "", 0);
  put_file(folder, "in/notes.txt", "no picture either", 17);
  ck_unet_fails(predict(at("in"), NULL), UNET_BAD_INPUT, "3 pictures");
  ck_assert_uint_eq(problems.count, 3);
  check_problem(&problems, "a.png", "PNG");
  check_problem(&problems, "c.tiff", "PNG");
  check_problem(&problems, "e.jpg", "empty");
  ck_assert_uint_eq(images_told, 1);
  ck_assert(unet_path_exists(at("out/b_overlay.png")) && unet_path_exists(at("out/predictions.csv")));
  ck_assert(!unet_path_exists(at("out/a_mask.png")) && !unet_path_exists(at("out/d")));
}
END_TEST

START_TEST(nothing_is_left_where_nothing_was_done) {
  options.out = at("new/folder/out");
  put_file(folder, "in/a.png", "no picture", 10);
  ck_unet_fails(predict(at("in"), NULL), UNET_BAD_INPUT, "1 picture could");
  ck_unet_fails(predict(at("missing.png"), NULL), UNET_BAD_INPUT, "missing.png");
  ck_unet_ok(unet_make_folders(at("empty/below")));
  ck_unet_fails(predict(at("empty"), NULL), UNET_BAD_INPUT, "no image");
  images_left = 0;
  options.stop = count_down;
  put_picture(folder, "in/a.png", 16, 16, 0, 255);
  ck_unet_fails(predict(at("in"), NULL), UNET_INTERRUPTED, "interrupted");
  ck_assert(!unet_path_exists(at("new")));
  options.out = at("in/a.png");
  ck_unet_fails(predict(at("in/a.png"), NULL), UNET_NO_RESOURCE, "a.png");
}
END_TEST

START_TEST(what_was_done_stays_when_interrupted) {
  put_picture(folder, "in/a.png", 16, 16, 0, 255);
  put_picture(folder, "in/b.png", 16, 16, 0, 255);
  images_left = 1;
  options.stop = count_down;
  ck_unet_fails(predict(at("in"), NULL), UNET_INTERRUPTED, "1 of 2");
  ck_assert(unet_path_exists(at("out/a_mask.png")) && unet_path_exists(at("out/predictions.csv")));
  ck_assert(!unet_path_exists(at("out/b_mask.png")));
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("predict_files");
  TCase *all = unet_device_test_case(suite, "predict_files", 120);
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, results_have_the_size_of_the_picture);
  tcase_add_test(all, the_map_is_the_probability);
  tcase_add_test(all, the_table_has_a_row_for_each);
  tcase_add_test(all, small_regions_are_in_no_result);
  tcase_add_test(all, a_frame_is_judged_like_a_file);
  tcase_add_test(all, the_object_holds_the_same);
  tcase_add_test(all, clashes_are_refused_before_anything_is_written);
  tcase_add_test(all, the_output_folder_is_passed_over);
  tcase_add_test(all, good_pictures_are_written_beside_bad_ones);
  tcase_add_test(all, nothing_is_left_where_nothing_was_done);
  tcase_add_test(all, what_was_done_stays_when_interrupted);
  return suite;
}
