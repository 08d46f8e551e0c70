#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "check_main.h"
#include "data/image.h"
#include "data/synth_render.h"
#include "data/synth_scene.h"
#include "unetcl/synth.h"

static size_t count_files(const char *folder, const char *below) {
  char *path = NULL;
  unet_names names = {0};
  ck_unet_ok(unet_path_join(&path, folder, below));
  ck_unet_ok(unet_list_folder(&names, path, UNET_ENTRY_FILE));
  size_t count = names.count;
  unet_names_free(&names);
  free(path);
  return count;
}

static bool holds_nothing(const char *folder) {
  unet_names files = {0}, folders = {0};
  ck_unet_ok(unet_list_folder(&files, folder, UNET_ENTRY_FILE));
  ck_unet_ok(unet_list_folder(&folders, folder, UNET_ENTRY_FOLDER));
  bool nothing = files.count == 0 && folders.count == 0;
  unet_names_free(&files);
  unet_names_free(&folders);
  return nothing;
}

/* Whether a file has the same bytes in two data sets. */
static bool same_file(const char *one, const char *other, const char *name) {
  char *paths[2] = {NULL, NULL}, *bytes[2] = {NULL, NULL};
  size_t size[2] = {0, 0};
  ck_unet_ok(unet_path_join(&paths[0], one, name));
  ck_unet_ok(unet_path_join(&paths[1], other, name));
  for (int i = 0; i < 2; i++) ck_unet_ok(unet_read_file(&bytes[i], &size[i], paths[i]));
  bool same = size[0] == size[1] && memcmp(bytes[0], bytes[1], size[0]) == 0;
  for (int i = 0; i < 2; i++) {
    free(paths[i]);
    free(bytes[i]);
  }
  return same;
}

START_TEST(layout_and_counts) {
  char folder[256];
  unet_make_test_folder(folder);
  char *data = NULL;
  ck_unet_ok(unet_path_join(&data, folder, "some/where/nut/"));
  ck_unet_ok(unet_synth_write(data, &(unet_synth_options){.count = 10, .size = 64, .seed = 1}));
  static const struct {
    const char *folder;
    size_t count;
  } wanted[] = {{"test/bent", 3},  {"ground_truth/bent", 3}, {"test/color", 3},   {"ground_truth/color", 3},
                {"test/flip", 2},  {"ground_truth/flip", 2}, {"test/scratch", 2}, {"ground_truth/scratch", 2},
                {"train/good", 5}, {"test/good", 2}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    ck_assert_msg(count_files(data, wanted[i].folder) == wanted[i].count, "%s: %zu files, not %zu",
                  wanted[i].folder, count_files(data, wanted[i].folder), wanted[i].count);
  }
  char *mask = NULL;
  ck_unet_ok(unet_path_join(&mask, data, "ground_truth/scratch/001_mask.png"));
  ck_assert(unet_path_exists(mask));
  free(mask);
  free(data);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(one_image_still_has_good_ones) {
  char folder[256];
  unet_make_test_folder(folder);
  ck_unet_ok(unet_synth_write(folder, &(unet_synth_options){.count = 1, .size = 32}));
  ck_assert_uint_eq(count_files(folder, "test/bent"), 1);
  ck_assert_uint_eq(count_files(folder, "train/good"), 1);
  ck_assert_uint_eq(count_files(folder, "test/good"), 1);
  unet_remove_folder(folder);
}
END_TEST

START_TEST(a_seed_gives_the_same_files_and_another_gives_others) {
  static const char *const names[] = {"test/bent/000.png",
                                      "test/color/000.png",
                                      "test/flip/000.png",
                                      "test/scratch/000.png",
                                      "test/good/000.png",
                                      "train/good/001.png",
                                      "ground_truth/bent/000_mask.png",
                                      "ground_truth/scratch/000_mask.png"};
  char first[256], second[256], other[256];
  unet_make_test_folder(first);
  unet_make_test_folder(second);
  unet_make_test_folder(other);
  ck_unet_ok(unet_synth_write(first, &(unet_synth_options){.count = 4, .size = 96, .seed = 5}));
  ck_unet_ok(unet_synth_write(second, &(unet_synth_options){.count = 4, .size = 96, .seed = 5}));
  ck_unet_ok(unet_synth_write(other, &(unet_synth_options){.count = 4, .size = 96, .seed = 6}));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    ck_assert_msg(same_file(first, second, names[i]), "%s differs for one seed", names[i]);
    ck_assert_msg(!same_file(first, other, names[i]), "%s is the same for two seeds", names[i]);
  }
  unet_remove_folder(first);
  unet_remove_folder(second);
  unet_remove_folder(other);
}
END_TEST

/* Whether a mask pixel lies within `reach` of (x, y). */
static bool near_mask(const unet_image *mask, size_t x, size_t y, size_t reach) {
  for (size_t v = y > reach ? y - reach : 0; v <= y + reach && v < mask->height; v++) {
    for (size_t u = x > reach ? x - reach : 0; u <= x + reach && u < mask->width; u++) {
      if (mask->samples[v * mask->width + u]) return true;
    }
  }
  return false;
}

typedef struct comparison {
  size_t masked;         /* mask pixels */
  size_t changed_within; /* mask pixels that differ by more than 2 of 255 */
  int worst_away;        /* largest difference more than 3 pixels from the mask, of 255 */
  size_t worst_x, worst_y;
} comparison;

/* Border pixels that are covered by less than half, and the lens, reach 3 pixels beyond the mask; farther
 * away only the tip of a prong may show, faintly, where it is thinner than a pixel. */
static comparison compare_to_good(unet_synth_kind kind, uint32_t index, size_t size) {
  unet_synth_scene scene;
  unet_image image = {0}, mask = {0}, good = {0}, empty = {0};
  unet_synth_draw(&scene, size, 3, index, kind);
  ck_unet_ok(unet_synth_render(&image, &mask, &scene));
  unet_synth_draw(&scene, size, 3, index, UNET_SYNTH_GOOD);
  ck_unet_ok(unet_synth_render(&good, &empty, &scene));
  comparison result = {0};
  for (size_t i = 0; i < size * size; i++) {
    ck_assert(mask.samples[i] == 0 || mask.samples[i] == 65535);
    ck_assert_uint_eq(empty.samples[i], 0);
    int most = 0;
    for (size_t c = 0; c < 3; c++) {
      int difference = abs((image.samples[3 * i + c] >> 8) - (good.samples[3 * i + c] >> 8));
      if (difference > most) most = difference;
    }
    result.masked += mask.samples[i] != 0;
    result.changed_within += mask.samples[i] != 0 && most > 2;
    if (most > result.worst_away && !near_mask(&mask, i % size, i / size, 3)) {
      result.worst_away = most;
      result.worst_x = i % size;
      result.worst_y = i / size;
    }
  }
  unet_image_free(&image);
  unet_image_free(&mask);
  unet_image_free(&good);
  unet_image_free(&empty);
  return result;
}

START_TEST(masks_are_exact) {
  static const unet_synth_kind kinds[] = {UNET_SYNTH_BENT, UNET_SYNTH_COLOR, UNET_SYNTH_SCRATCH};
  static const size_t sizes[] = {64, 150, 256};
  for (size_t k = 0; k < 3; k++) {
    for (uint32_t index = 0; index < 18; index++) {
      size_t size = sizes[index % 3];
      comparison found = compare_to_good(kinds[k], index, size);
      ck_assert_msg(found.masked > 0, "kind %d, image %u of %zu: the mask is empty", kinds[k], index, size);
      ck_assert_msg(found.worst_away <= 20,
                    "kind %d, image %u of %zu: differs by %d at (%zu,%zu), off the mask", kinds[k], index,
                    size, found.worst_away, found.worst_x, found.worst_y);
      ck_assert_msg(10 * found.changed_within >= 7 * found.masked,
                    "kind %d, image %u of %zu: only %zu of %zu mask pixels changed", kinds[k], index, size,
                    found.changed_within, found.masked);
    }
  }
}
END_TEST

START_TEST(flip_marks_the_whole_part_but_its_bore) {
  unet_synth_scene scene;
  unet_image image = {0}, mask = {0};
  unet_synth_draw(&scene, 128, 9, 0, UNET_SYNTH_FLIP);
  ck_unet_ok(unet_synth_render(&image, &mask, &scene));
  size_t masked = 0;
  for (size_t i = 0; i < (size_t)128 * 128; i++) masked += mask.samples[i] != 0;
  double disc = 3.14159265 * scene.part.radius * scene.part.radius;
  ck_assert_double_gt((double)masked, 0.70 * disc);
  ck_assert_double_lt((double)masked, 0.95 * disc);
  ck_assert_uint_eq(mask.samples[(size_t)scene.part.centre.y * 128 + (size_t)scene.part.centre.x], 0);
  ck_assert_uint_eq(mask.samples[0], 0);
  unet_image_free(&image);
  unet_image_free(&mask);
}
END_TEST

START_TEST(absurd_options_are_refused) {
  static const unet_synth_options absurd[] = {{.count = 0, .size = 64},
                                              {.count = 100001, .size = 64},
                                              {.count = 4, .size = 31},
                                              {.count = 4, .size = 4097}};
  char folder[256];
  unet_make_test_folder(folder);
  for (size_t i = 0; i < 4; i++) ck_unet_fails(unet_synth_write(folder, &absurd[i]), UNET_USAGE, "must be");
  ck_unet_fails(unet_synth_write("", &(unet_synth_options){.count = 1, .size = 64}), UNET_USAGE, "no name");
  ck_assert(holds_nothing(folder));
  unet_remove_folder(folder);
}
END_TEST

START_TEST(a_folder_in_use_is_refused) {
  char folder[256];
  unet_make_test_folder(folder);
  char *file = NULL, *below = NULL;
  const unet_synth_options options = {.count = 4, .size = 32};
  ck_unet_ok(unet_path_join(&file, folder, "notes.txt"));
  ck_unet_ok(unet_path_join(&below, file, "nut"));
  ck_unet_ok(unet_write_file(file, "x", 1));
  ck_unet_fails(unet_synth_write(folder, &options), UNET_NO_RESOURCE, "already holds something");
  ck_unet_fails(unet_synth_write(file, &options), UNET_NO_RESOURCE, "is not a folder");
  ck_unet_fails(unet_synth_write(below, &options), UNET_NO_RESOURCE, "notes.txt");
  ck_assert_uint_eq(count_files(folder, ""), 1);
  free(file);
  free(below);
  unet_remove_folder(folder);
}
END_TEST

/* Files may not grow past 2000 bytes here, as on a disk that is full. */
START_TEST(a_full_disk_leaves_nothing) {
  char folder[256];
  unet_make_test_folder(folder);
  char *data = NULL;
  ck_unet_ok(unet_path_join(&data, folder, "deep/nut"));
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit limit = {.rlim_cur = 2000, .rlim_max = 2000};
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  ck_unet_fails(unet_synth_write(data, &(unet_synth_options){.count = 8, .size = 128}), UNET_NO_RESOURCE,
                "cannot be written");
  ck_assert(holds_nothing(folder));
  ck_unet_fails(unet_synth_write(folder, &(unet_synth_options){.count = 8, .size = 128}), UNET_NO_RESOURCE,
                "cannot be written");
  ck_assert_msg(unet_path_is_folder(folder), "the folder that was there before is gone");
  ck_assert(holds_nothing(folder));
  free(data);
  unet_remove_folder(folder);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("synth");
  TCase *synth = unet_test_case(suite, "synth", 120);
  tcase_add_test(synth, layout_and_counts);
  tcase_add_test(synth, one_image_still_has_good_ones);
  tcase_add_test(synth, a_seed_gives_the_same_files_and_another_gives_others);
  tcase_add_test(synth, masks_are_exact);
  tcase_add_test(synth, flip_marks_the_whole_part_but_its_bore);
  tcase_add_test(synth, absurd_options_are_refused);
  tcase_add_test(synth, a_folder_in_use_is_refused);
  tcase_add_test(synth, a_full_disk_leaves_nothing);
  return suite;
}
