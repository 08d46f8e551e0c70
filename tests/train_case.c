#include "train_case.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "base/rng.h"
#include "data/image.h"

enum { SIDE = TRAIN_CASE_SIDE, PATHS = 16, PATH_BYTES = 400 };

static char folder[256];
static size_t steps_left;

const char *train_case_path(const char *format, ...) {
  static char paths[PATHS][PATH_BYTES];
  static size_t next;
  char name[128];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(name, sizeof name, format, arguments);
  va_end(arguments);
  char *path = paths[next++ % PATHS];
  snprintf(path, PATH_BYTES, "%s/%s", folder, name);
  return path;
}

/* A box of 10x12 somewhere, 40 % brighter than the noise around it; none in a good one. */
static void draw(unet_image *image, unet_image *mask, uint32_t number, bool good) {
  unet_rng rng;
  unet_rng_start(&rng, 1, 77, number);
  size_t left = unet_rng_below(&rng, SIDE - 12), top = unet_rng_below(&rng, SIDE - 10);
  for (size_t y = 0; y < SIDE; y++) {
    for (size_t x = 0; x < SIDE; x++) {
      int inside = !good && x >= left && x < left + 12 && y >= top && y < top + 10;
      image->samples[y * SIDE + x] = (uint16_t)(257 * (60 + unet_rng_below(&rng, 40) + (inside ? 100u : 0u)));
      mask->samples[y * SIDE + x] = inside ? 65535 : 0;
    }
  }
}

static void put_pictures(uint32_t first, uint32_t end, bool good) {
  unet_image image = {0}, mask = {0};
  ck_unet_ok(unet_image_make(&image, SIDE, SIDE, 1, 8));
  ck_unet_ok(unet_image_make(&mask, SIDE, SIDE, 1, 8));
  for (uint32_t i = first; i < end; i++) {
    draw(&image, &mask, i, good);
    ck_unet_ok(unet_image_write_png(&image, train_case_path("images/%u.png", i)));
    ck_unet_ok(unet_image_write_png(&mask, train_case_path("masks/%u.png", i)));
  }
  unet_image_free(&image);
  unet_image_free(&mask);
}

void train_case_make(void) {
  unet_make_test_folder(folder);
  ck_unet_ok(unet_make_folders(train_case_path("images")));
  ck_unet_ok(unet_make_folders(train_case_path("masks")));
  put_pictures(0, TRAIN_CASE_IMAGES, false);
}

void train_case_good(uint32_t first, uint32_t end) { put_pictures(first, end, true); }

void train_case_remove(void) { unet_remove_folder(folder); }

unet_train_options train_case_options(const char *name) {
  static char images[PATH_BYTES], masks[PATH_BYTES];
  snprintf(images, sizeof images, "%s", train_case_path("images"));
  snprintf(masks, sizeof masks, "%s", train_case_path("masks"));
  unet_train_options options = unet_train_options_article(); /* its schedule does not know the end */
  options.data.images = images;
  options.data.masks = masks;
  options.folder = train_case_path("%s", name);
  options.architecture =
      (unet_architecture){.channels = 1, .height = SIDE, .width = SIDE, .n_levels = 2, .filters = {4, 8}};
  options.epochs = TRAIN_CASE_EPOCHS;
  options.batch = 3;
  options.learning_rate = 1e-2;
  options.seed = 5;
  return options;
}

void train_case_same(const char *a, const char *b) {
  char *first = NULL, *second = NULL;
  size_t first_size = 0, second_size = 0;
  ck_unet_ok(unet_read_file(&first, &first_size, a));
  ck_unet_ok(unet_read_file(&second, &second_size, b));
  ck_assert_msg(first_size == second_size && memcmp(first, second, first_size) == 0, "%s and %s differ", a,
                b);
  free(first);
  free(second);
}

size_t train_case_lines(const char *path) {
  char *text = NULL;
  size_t size = 0, lines = 0;
  ck_unet_ok(unet_read_file(&text, &size, path));
  for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
  free(text);
  return lines;
}

void train_case_train(unet_device *device, const unet_train_options *options) {
  unet_train_result result = {0};
  ck_unet_ok(unet_train(device, options, NULL, &result));
  ck_assert_str_eq(result.folder, options->folder);
  unet_train_result_free(&result);
}

static bool count_down(void *user) {
  (void)user;
  if (steps_left == 0) return true;
  steps_left--;
  return false;
}

unet_train_callbacks train_case_stop_after(size_t steps) {
  steps_left = steps;
  return (unet_train_callbacks){.stop = count_down};
}
