/* The safetensors reader and writer: what is written comes back, and nothing damaged gets through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "check_main.h"
#include "model/safetensors.h"

static const float values[] = {1.5f, -2.0f, 0.25f, 3.0f, -0.0f, 1e-30f, 7.0f};
static const unet_stored_tensor tensors[] = {
    {.name = "b.weight", .rank = 2, .shape = {2, 3}, .count = 6, .values = values},
    {.name = "a.bias", .rank = 1, .shape = {1}, .count = 1, .values = values + 6},
    {.name = "scalar", .rank = 0, .count = 1, .values = values + 2}};
enum { TENSORS = sizeof tensors / sizeof *tensors };

static char folder[256], path[300];

static void make_folder(void) {
  unet_make_test_folder(folder);
  snprintf(path, sizeof path, "%s/file.safetensors", folder);
}

static void remove_folder(void) { unet_remove_folder(folder); }

static void write_sample(void) {
  json_t *metadata = json_pack("{s:s, s:s}", "format", "unetcl", "note", "\xc3\xa4");
  ck_unet_ok(unet_safetensors_write(path, metadata, tensors, TENSORS));
  json_decref(metadata);
}

static int holds_the_sample(const unet_safetensors *file) {
  if (file->count != TENSORS) return 0;
  for (size_t i = 0; i < TENSORS; i++) {
    const unet_stored_tensor *found = unet_safetensors_find(file, tensors[i].name);
    if (!found || found->rank != tensors[i].rank || found->count != tensors[i].count ||
        memcmp(found->shape, tensors[i].shape, sizeof found->shape) != 0 ||
        memcmp(found->values, tensors[i].values, found->count * sizeof(float)) != 0) {
      return 0;
    }
  }
  return 1;
}

START_TEST(what_is_written_comes_back) {
  write_sample();
  unet_safetensors file = {0};
  ck_unet_ok(unet_safetensors_read(&file, path));
  ck_assert(holds_the_sample(&file));
  ck_assert_str_eq(unet_safetensors_text(&file, "note"), "\xc3\xa4");
  ck_assert_ptr_null(unet_safetensors_text(&file, "other"));
  ck_assert_ptr_null(unet_safetensors_find(&file, "__metadata__"));
  unet_safetensors_free(&file);
}
END_TEST

START_TEST(every_truncation_is_refused) {
  write_sample();
  char *bytes = NULL;
  size_t size = 0;
  ck_unet_ok(unet_read_file(&bytes, &size, path));
  for (size_t length = 0; length < size; length++) {
    unet_safetensors file = {0};
    ck_unet_ok(unet_write_file(path, bytes, length));
    unet_status status = unet_safetensors_read(&file, path);
    ck_assert_msg(status == UNET_BAD_INPUT, "cut at %zu of %zu: status %d", length, size, status);
    ck_assert_ptr_nonnull(strstr(unet_last_error(), path));
  }
  free(bytes);
}
END_TEST

/* A flip is found, or does no harm (in the checksum's own name). */
START_TEST(no_flipped_bit_gets_through) {
  write_sample();
  char *bytes = NULL;
  size_t size = 0, harmless = 0;
  ck_unet_ok(unet_read_file(&bytes, &size, path));
  for (size_t bit = 0; bit < size * 8; bit++) {
    unet_safetensors file = {0};
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
    ck_unet_ok(unet_write_file(path, bytes, size));
    unet_status status = unet_safetensors_read(&file, path);
    if (status == UNET_OK) {
      ck_assert_msg(holds_the_sample(&file), "bit %zu changed the tensors and was not found", bit);
      harmless++;
      unet_safetensors_free(&file);
    } else {
      ck_assert_msg(status == UNET_BAD_INPUT, "bit %zu: status %d", bit, status);
    }
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
  }
  ck_assert_msg(harmless <= strlen("checksum") * 8, "%zu flips were not found", harmless);
  free(bytes);
}
END_TEST

/* Writes a file with this header and so many bytes of data. */
static void write_raw(const char *header, size_t data_bytes) {
  unsigned char bytes[1024] = {0};
  size_t length = strlen(header);
  ck_assert_uint_lt(length + data_bytes, sizeof bytes - 8);
  bytes[0] = (unsigned char)(length & 255);
  bytes[1] = (unsigned char)(length >> 8);
  for (size_t i = 0; i < length; i++) bytes[8 + i] = (unsigned char)header[i];
  ck_unet_ok(unet_write_file(path, bytes, 8 + length + data_bytes));
}

#define ENTRY(name, dtype, shape, begin, end) \
  "\"" name "\": {\"dtype\": \"" dtype "\", \"shape\": " shape ", \"data_offsets\": [" begin ", " end "]}"

static const struct flawed {
  const char *header;
  size_t bytes;
  const char *message;
} flawed[] = {
    {"[]", 0, "not a JSON object"},
    {"{", 0, "not a JSON object"},
    {"{} x", 0, "not a JSON object"},
    {"{\"__metadata__\": []}", 0, "no object"},
    {"{\"__metadata__\": {\"a\": 1}}", 0, "else than texts"},
    {"{\"a\": 3}", 0, "no proper entry"},
    {"{" ENTRY("a", "F16", "[1]", "0", "4") "}", 4, "not F32"},
    {"{" ENTRY("a", "F32", "[2]", "0", "4") "}", 4, "does not fit its bytes"},
    {"{" ENTRY("a", "F32", "[-1]", "0", "4") "}", 4, "no proper shape"},
    {"{" ENTRY("a", "F32", "[1.0]", "0", "4") "}", 4, "no proper shape"},
    {"{" ENTRY("a", "F32", "1", "0", "4") "}", 4, "no proper shape"},
    {"{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,1]", "0", "4") "}", 4, "no proper shape"},
    {"{" ENTRY("a", "F32", "[4611686018427387904, 4]", "0", "0") "}", 0, "no proper shape"},
    {"{" ENTRY("a", "F32", "[4611686018427387904]", "0", "0") "}", 0, "does not fit its bytes"},
    {"{" ENTRY("a", "F32", "[1]", "4", "0") "}", 4, "no proper offsets"},
    {"{" ENTRY("a", "F32", "[1]", "-4", "0") "}", 4, "no proper offsets"},
    {"{" ENTRY("a", "F32", "[2]", "0", "8") "}", 4, "beyond the end"},
    {"{" ENTRY("a", "F32", "[1]", "0", "4") "}", 8, "cut short or too long"},
    {"{" ENTRY("a", "F32", "[1]", "4", "8") "}", 8, "overlap or leave gaps"},
    {"{" ENTRY("a", "F32", "[1]", "0", "4") "," ENTRY("b", "F32", "[1]", "0", "4") "}", 4, "overlap"},
    {"{" ENTRY("a", "F32", "[2]", "0", "8") "," ENTRY("b", "F32", "[1]", "4", "8") "}", 8, "overlap"},
    {"{" ENTRY("a", "F32", "[1]", "0", "4") "," ENTRY("a", "F32", "[1]", "4", "8") "}", 8, "not a JSON"},
};
enum { FLAWED = sizeof flawed / sizeof *flawed };

START_TEST(flaws_are_told_apart) {
  unet_safetensors file = {0};
  write_raw(flawed[_i].header, flawed[_i].bytes);
  ck_unet_fails(unet_safetensors_read(&file, path), UNET_BAD_INPUT, flawed[_i].message);
}
END_TEST

START_TEST(files_of_others_are_read) {
  unet_safetensors file = {0};
  write_raw("{" ENTRY("b", "F32", "[0, 7]", "4", "4") "," ENTRY("a", "F32", "[1]", "0", "4") "}   ", 4);
  ck_unet_ok(unet_safetensors_read(&file, path));
  ck_assert_uint_eq(file.count, 2);
  ck_assert_uint_eq(unet_safetensors_find(&file, "b")->count, 0);
  unet_safetensors_free(&file);
}
END_TEST

START_TEST(an_absurd_header_length_is_refused) {
  unet_safetensors file = {0};
  unsigned char bytes[64];
  memset(bytes, 0xff, sizeof bytes);
  ck_unet_ok(unet_write_file(path, bytes, sizeof bytes));
  ck_unet_fails(unet_safetensors_read(&file, path), UNET_BAD_INPUT, "length");
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_told) {
  json_t *metadata = json_object();
  ck_unet_fails(unet_safetensors_write("/nowhere/at/all", metadata, tensors, TENSORS), UNET_NO_RESOURCE,
                "/nowhere/at/all");
  json_decref(metadata);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("safetensors");
  TCase *all = unet_test_case(suite, "safetensors", 120);
  tcase_add_checked_fixture(all, make_folder, remove_folder);
  tcase_add_test(all, what_is_written_comes_back);
  tcase_add_test(all, every_truncation_is_refused);
  tcase_add_test(all, no_flipped_bit_gets_through);
  tcase_add_loop_test(all, flaws_are_told_apart, 0, FLAWED);
  tcase_add_test(all, files_of_others_are_read);
  tcase_add_test(all, an_absurd_header_length_is_refused);
  tcase_add_test(all, a_place_that_cannot_be_written_is_told);
  return suite;
}
