#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/parallel.h"
#include "base/path.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "check_main.h"

START_TEST(message_is_one_line) {
  ck_assert_int_eq(unet_fail(UNET_BAD_INPUT, "%s: broken", "a\nb.png"), UNET_BAD_INPUT);
  ck_assert_str_eq(unet_last_error(), "a b.png: broken");
  ck_assert_str_eq(unet_last_error_details(), "");
}
END_TEST

START_TEST(sizes_do_not_wrap) {
  size_t product = 0;
  ck_unet_fails(unet_multiply_sizes(&product, SIZE_MAX / 2, 3), UNET_NO_RESOURCE, "out of memory");
  void *memory = NULL;
  ck_unet_fails(unet_alloc_array((void *)&memory, SIZE_MAX / 4, 8), UNET_NO_RESOURCE, "out of memory");
}
END_TEST

/* The first block of the published test vectors: counter and key all zero, and all ones. */
START_TEST(philox_known_answers) {
  uint32_t out[4];
  unet_philox(out, (uint32_t[]){0, 0}, (uint32_t[]){0, 0, 0, 0});
  ck_assert_uint_eq(out[0], 0x6627e8d5u);
  ck_assert_uint_eq(out[1], 0xe169c58du);
  ck_assert_uint_eq(out[2], 0xbc57ac4cu);
  ck_assert_uint_eq(out[3], 0x9b00dbd8u);
  uint32_t ones = 0xffffffffu;
  unet_philox(out, (uint32_t[]){ones, ones}, (uint32_t[]){ones, ones, ones, ones});
  ck_assert_uint_eq(out[0], 0x408f276du);
  ck_assert_uint_eq(out[1], 0x41c83b0eu);
}
END_TEST

START_TEST(shuffle_is_a_permutation_and_repeats) {
  size_t first[50], second[50];
  for (size_t i = 0; i < 50; i++) first[i] = second[i] = i;
  unet_rng rng;
  unet_rng_start(&rng, 7, UNET_STREAM_SHUFFLE, 3);
  unet_rng_shuffle(&rng, first, 50);
  unet_rng_start(&rng, 7, UNET_STREAM_SHUFFLE, 3);
  unet_rng_shuffle(&rng, second, 50);
  ck_assert_mem_eq(first, second, sizeof first);
  int seen[50] = {0};
  size_t moved = 0;
  for (size_t i = 0; i < 50; i++) {
    seen[first[i]]++;
    moved += first[i] != i;
  }
  for (size_t i = 0; i < 50; i++) ck_assert_int_eq(seen[i], 1);
  ck_assert_uint_gt(moved, 30);
}
END_TEST

START_TEST(a_filled_range_is_full) {
  enum { COUNT = 1003 };
  float values[COUNT], low = 0.0f, high = 0.0f;
  double sum = 0.0;
  unet_rng_fill(values, COUNT, 2.0f, 0xFEDCBA9876543210u, UNET_STREAM_INIT + 55);
  for (size_t i = 0; i < COUNT; i++) {
    uint32_t words[4];
    unet_philox(words, (uint32_t[]){0x76543210u, 0xFEDCBA98u},
                (uint32_t[]){(uint32_t)(i / 4), 0, UNET_STREAM_INIT + 55, 0});
    ck_assert_double_eq(values[i], ((double)(words[i % 4] >> 8) - 8388608.0) / 4194304.0);
    low = fminf(low, values[i]);
    high = fmaxf(high, values[i]);
    sum += (double)values[i];
  }
  ck_assert_float_ge(low, -2.0f);
  ck_assert_float_le(high, 2.0f);
  ck_assert_float_lt(low, -1.98f);
  ck_assert_float_gt(high, 1.98f);
  ck_assert_double_lt(fabs(sum / COUNT), 0.15); /* the mean's deviation is 2 / sqrt(3 x 1003) = 0.036 */
}
END_TEST

START_TEST(path_parts) {
  char *text = NULL;
  ck_unet_ok(unet_path_stem(&text, "a.b/c.d.png"));
  ck_assert_str_eq(text, "c.d");
  free(text);
  ck_unet_ok(unet_path_join(&text, "a/", "b"));
  ck_assert_str_eq(text, "a/b");
  free(text);
  ck_assert_str_eq(unet_path_extension("x.y/z"), "");
  ck_assert_str_eq(unet_path_extension("x/z.PNG"), "PNG");
}
END_TEST

START_TEST(atomic_file_replaces_or_keeps) {
  char folder[256];
  unet_make_test_folder(folder);
  char *path = NULL, *bytes = NULL;
  size_t size = 0;
  ck_unet_ok(unet_path_join(&path, folder, "file"));
  ck_unet_ok(unet_write_file(path, "old", 3));
  unet_atomic_file *file = NULL;
  ck_unet_ok(unet_atomic_open(&file, path));
  fputs("half", unet_atomic_stream(file));
  unet_atomic_abandon(file);
  ck_unet_ok(unet_read_file(&bytes, &size, path));
  ck_assert_str_eq(bytes, "old");
  free(bytes);
  unet_names names = {0};
  ck_unet_ok(unet_list_folder(&names, folder, UNET_ENTRY_FILE));
  ck_assert_uint_eq(names.count, 1);
  unet_names_free(&names);
  ck_unet_fails(unet_write_file(folder, "x", 1), UNET_NO_RESOURCE, "cannot be written");
  free(path);
  unet_remove_folder(folder);
}
END_TEST

static unet_status count_and_fail_late(void *user, size_t index) {
  atomic_fetch_add((atomic_int *)user, 1);
  if (index < 40) return UNET_OK;
  unet_fail(UNET_BAD_INPUT, "item %zu", index);
  unet_fail_details(index == 40 ? "the fortieth" : "another");
  return UNET_BAD_INPUT;
}

static void wants_utf8(const char *text, const char *wanted) {
  char *found = NULL;
  ck_unet_ok(unet_utf8_replace_invalid(&found, text));
  ck_assert_str_eq(found, wanted);
  free(found);
}

#define INVALID "\xEF\xBF\xBD"

START_TEST(bytes_that_are_no_utf8_are_replaced) {
  wants_utf8("", "");
  wants_utf8("plain, \"quoted\"\n", "plain, \"quoted\"\n");
  wants_utf8("\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\xA9", "\xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\xA9");
  wants_utf8("\xF4\x8F\xBF\xBF\xED\x9F\xBF", "\xF4\x8F\xBF\xBF\xED\x9F\xBF");
  wants_utf8("\xE4.png", INVALID ".png");                          /* Latin-1 */
  wants_utf8("a\xE2\x82", "a" INVALID INVALID);                    /* cut */
  wants_utf8("\x80\xFF", INVALID INVALID);                         /* never a first byte */
  wants_utf8("\xC0\xAF", INVALID INVALID);                         /* overlong */
  wants_utf8("\xE0\x9F\xBF", INVALID INVALID INVALID);             /* overlong */
  wants_utf8("\xF0\x8F\xBF\xBF", INVALID INVALID INVALID INVALID); /* overlong */
  wants_utf8("\xED\xA0\x80", INVALID INVALID INVALID);             /* a surrogate */
  wants_utf8("\xF4\x90\x80\x80", INVALID INVALID INVALID INVALID); /* above U+10FFFF */
}
END_TEST

START_TEST(parallel_for_reports_the_first_failure) {
  atomic_int count = 0;
  ck_unet_fails(unet_parallel_for(100, count_and_fail_late, &count), UNET_BAD_INPUT, "item 40");
  ck_assert_str_eq(unet_last_error_details(), "the fortieth");
  ck_assert_int_eq(atomic_load(&count), 100);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("base");
  TCase *base = unet_test_case(suite, "base", 30);
  tcase_add_test(base, message_is_one_line);
  tcase_add_test(base, sizes_do_not_wrap);
  tcase_add_test(base, philox_known_answers);
  tcase_add_test(base, shuffle_is_a_permutation_and_repeats);
  tcase_add_test(base, a_filled_range_is_full);
  tcase_add_test(base, path_parts);
  tcase_add_test(base, atomic_file_replaces_or_keeps);
  tcase_add_test(base, parallel_for_reports_the_first_failure);
  tcase_add_test(base, bytes_that_are_no_utf8_are_replaced);
  return suite;
}
