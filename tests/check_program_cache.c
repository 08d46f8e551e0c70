/* The files of compiled programs in every state they may be found in, and programs that come from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "device/binary_file.h"
#include "device/platform.h"
#include "device_fixture.h"

/* --- the file ----------------------------------------------------------------------------------------- */

static const char key[] = "platform\ndevice\ndriver\noptions\nsource";
static const char binary[] = "\177ELF\0\1\2\3 and so on";

static bool unpacks(const char *bytes, size_t size, const char *wanted_key) {
  const unsigned char *found = NULL;
  size_t found_size = 0;
  char *copy = malloc(size + 1); /* of just this size, for the sanitizers */
  ck_assert_ptr_nonnull(copy);
  memcpy(copy, bytes, size);
  bool unpacked = unet_binary_unpack(&found, &found_size, copy, size, wanted_key);
  if (unpacked) {
    ck_assert_uint_eq(found_size, sizeof binary);
    ck_assert_mem_eq(found, binary, sizeof binary);
  }
  free(copy);
  return unpacked;
}

START_TEST(only_the_whole_file_unpacks) {
  char *bytes = NULL;
  size_t size = 0;
  ck_unet_ok(unet_binary_pack(&bytes, &size, key, binary, sizeof binary));
  ck_assert(unpacks(bytes, size, key));
  for (size_t cut = 0; cut < size; cut++)
    ck_assert_msg(!unpacks(bytes, cut, key), "a file cut after %zu bytes unpacks", cut);
  for (size_t i = 0; i < size; i++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[i] = (char)(bytes[i] ^ 1 << bit);
      ck_assert_msg(!unpacks(bytes, size, key), "byte %zu with bit %d flipped unpacks", i, bit);
      bytes[i] = (char)(bytes[i] ^ 1 << bit);
    }
  }
  ck_assert(unpacks(bytes, size, key));
  free(bytes);
}
END_TEST

START_TEST(another_key_does_not_unpack) {
  char *bytes = NULL;
  size_t size = 0;
  const char *const others[] = {"", "platform\ndevice\ndriver\noptions\nsourcE",
                                "platform\ndevice\ndriver\noptions\nsource ", "platform"};
  ck_unet_ok(unet_binary_pack(&bytes, &size, key, binary, sizeof binary));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert_msg(!unpacks(bytes, size, others[i]), "the key '%s' unpacks", others[i]);
  free(bytes);
  ck_unet_ok(unet_binary_pack(&bytes, &size, key, binary, 0));
  ck_assert(!unpacks(bytes, size, key));
  free(bytes);
}
END_TEST

/* --- who uses it -------------------------------------------------------------------------------------- */

static unet_device_info on_platform(const char *name) {
  unet_device_info info = {.type = UNET_DEVICE_GPU};
  snprintf(info.platform_name, sizeof info.platform_name, "%s", name);
  return info;
}

START_TEST(platforms_with_a_cache_are_left_alone) {
  const struct {
    const char *name;
    bool keeps, parallel;
  } platforms[] = {{"Portable Computing Language", false, false},
                   {"NVIDIA CUDA", false, true},
                   {"Intel(R) OpenCL Graphics", false, true},
                   {"AMD Accelerated Parallel Processing", false, true},
                   {"rusticl", false, false},
                   {"Oclgrind", false, false},
                   {"Clover", true, false},
                   {"ARM Platform", true, false},
                   {"", true, false}};
  ck_assert_int_eq(unsetenv("UNETCL_BINARY_CACHE"), 0);
  ck_assert_int_eq(unsetenv("UNETCL_PARALLEL_BUILD"), 0);
  ck_assert_int_eq(unsetenv("POCL_WORK_GROUP_SPECIALIZATION"), 0);
  for (size_t i = 0; i < sizeof platforms / sizeof *platforms; i++) {
    unet_device_info info = on_platform(platforms[i].name);
    ck_assert_msg(unet_keeps_binaries(&info) == platforms[i].keeps, "binaries of '%s'", platforms[i].name);
    ck_assert_msg(unet_builds_in_parallel(&info) == platforms[i].parallel, "builds of '%s'",
                  platforms[i].name);
  }
}
END_TEST

START_TEST(binaries_of_pocl_are_kept_where_they_cost_nothing) {
  unet_device_info pocl = on_platform("Portable Computing Language"), nvidia = on_platform("NVIDIA CUDA");
  ck_assert_int_eq(unsetenv("UNETCL_BINARY_CACHE"), 0);
  setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 1);
  ck_assert(unet_keeps_binaries(&pocl));
  ck_assert(!unet_keeps_binaries(&nvidia));
  setenv("UNETCL_BINARY_CACHE", "off", 1);
  ck_assert(!unet_keeps_binaries(&pocl));
  ck_assert_int_eq(unsetenv("UNETCL_BINARY_CACHE"), 0);
  setenv("POCL_WORK_GROUP_SPECIALIZATION", "1", 1);
  ck_assert(!unet_keeps_binaries(&pocl));
}
END_TEST

START_TEST(environment_has_the_last_word) {
  const char *const words[] = {"on", "off", "", "perhaps"};
  unet_device_info pocl = on_platform("Portable Computing Language"), other = on_platform("Other");
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    setenv("UNETCL_BINARY_CACHE", words[i], 1);
    setenv("UNETCL_PARALLEL_BUILD", words[i], 1);
    ck_assert_int_eq(unet_keeps_binaries(&pocl), i == 0);
    ck_assert_int_eq(unet_keeps_binaries(&other), i != 1);
    ck_assert_int_eq(unet_builds_in_parallel(&pocl), i == 0);
    ck_assert_int_eq(unet_builds_in_parallel(&other), i == 0);
  }
}
END_TEST

START_TEST(threads_of_pocl_sleep_on_cpus) {
  unet_device_info pocl = on_platform("Portable Computing Language"), other = on_platform("Intel(R) OpenCL");
  ck_assert_int_eq(unsetenv("UNETCL_STAY_AWAKE"), 0);
  ck_assert(!unet_threads_sleep(&pocl)); /* a GPU */
  pocl.type = other.type = UNET_DEVICE_CPU;
  ck_assert(unet_threads_sleep(&pocl));
  ck_assert(!unet_threads_sleep(&other));
  setenv("UNETCL_STAY_AWAKE", "off", 1);
  ck_assert(!unet_threads_sleep(&pocl));
  setenv("UNETCL_STAY_AWAKE", "on", 1);
  ck_assert(unet_threads_sleep(&other));
}
END_TEST

/* --- on the device ------------------------------------------------------------------------------------ */

static char cache[256], *programs;

/* With the cache forced on, in a folder of its own. */
static void set_up(void) {
  unet_make_test_folder(cache);
  ck_unet_ok(unet_path_join(&programs, cache, "unetcl/programs"));
  setenv("XDG_CACHE_HOME", cache, 1);
  setenv("UNETCL_BINARY_CACHE", "on", 1);
  setenv("UNETCL_CL_DIR", UNETCL_SOURCE_DIR "/tests", 1);
}

static void tear_down(void) {
  free(programs);
  unet_remove_folder(cache);
}

static const char half[] = "-DBIAS=0.5f", seven[] = "-DBIAS=7.0f";

/* What the kernel scale, built by a device that was just opened, adds. */
static float bias_of(const char *options) {
  unet_device *device = NULL;
  cl_mem x = NULL;
  float bias = -1.0f;
  const float factor = 1.0f;
  ck_unet_ok(unet_device_open(&device, NULL, NULL));
  ck_unet_ok(unet_buffer_create(&x, device, 1));
  const unet_kernel_spec spec = {"device_scale", options, "scale"};
  const unet_range range = {{1, 1, 1}, {1, 1, 1}};
  const unet_argument arguments[] = {UNET_ARGUMENT(x), UNET_ARGUMENT(x), UNET_ARGUMENT(factor)};
  ck_unet_ok(unet_launch(device, &spec, &range, arguments, 3));
  ck_unet_ok(unet_buffer_read(device, x, 0, &bias, 1));
  unet_buffer_release(x);
  unet_device_close(device);
  return bias;
}

static void wants_files(size_t wanted) {
  unet_names names = {0};
  if (unet_path_is_folder(programs)) ck_unet_ok(unet_list_folder(&names, programs, UNET_ENTRY_FILE));
  ck_assert_msg(names.count == wanted, "%zu files in %s, not %zu", names.count, programs, wanted);
  for (size_t i = 0; i < names.count; i++) {
    ck_assert_msg(strncmp(names.items[i], "device_scale-", 13) == 0, "the file is called %s", names.items[i]);
    ck_assert_str_eq(unet_path_extension(names.items[i]), "bin");
  }
  unet_names_free(&names);
}

/* A file of the cache and its parts. */
typedef struct entry {
  char *path, *bytes, *key;
  size_t size;
  const unsigned char *binary;
  size_t binary_size;
} entry;

/* The entry of the program with these options, found by the key that begins with them after three lines. */
static entry read_entry(const char *options) {
  unet_names names = {0};
  entry e = {0};
  ck_unet_ok(unet_list_folder(&names, programs, UNET_ENTRY_FILE));
  for (size_t i = 0; i < names.count && !e.key; i++) {
    ck_unet_ok(unet_path_join(&e.path, programs, names.items[i]));
    ck_unet_ok(unet_read_file(&e.bytes, &e.size, e.path));
    uint64_t key_size = 0;
    memcpy(&key_size, e.bytes + 16, sizeof key_size);
    ck_assert_uint_lt(key_size, e.size);
    ck_unet_ok(unet_format_text(&e.key, "%.*s", (int)key_size, e.bytes + 24));
    if (strstr(e.key, options) && unet_binary_unpack(&e.binary, &e.binary_size, e.bytes, e.size, e.key))
      break;
    free(e.path);
    free(e.bytes);
    free(e.key);
    e = (entry){0};
  }
  unet_names_free(&names);
  ck_assert_msg(e.key, "no file for %s", options);
  return e;
}

static void free_entry(entry *e) {
  free(e->path);
  free(e->bytes);
  free(e->key);
}

static void write_binary(const entry *e, const void *bytes, size_t size) {
  char *content = NULL;
  size_t content_size = 0;
  ck_unet_ok(unet_binary_pack(&content, &content_size, e->key, bytes, size));
  ck_unet_ok(unet_write_file(e->path, content, content_size));
  free(content);
}

START_TEST(the_next_start_uses_the_file) {
  ck_assert_float_eq(bias_of(half), 0.5f);
  wants_files(1);
  ck_assert_float_eq(bias_of(seven), 7.0f);
  wants_files(2);
  ck_assert_float_eq(bias_of(half), 0.5f);
  entry of_half = read_entry(half), of_seven = read_entry(seven);
  const unet_device_info *info = unet_device_get_info(test_device);
  const char *const parts[] = {info->platform_name, info->name, info->driver_version, "-cl-std=CL1.2 ",
                               "__kernel void scale("};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    ck_assert_msg(strstr(of_half.key, parts[i]), "the key lacks %s:\n%s", parts[i], of_half.key);
  write_binary(&of_half, of_seven.binary, of_seven.binary_size); /* shows who is asked */
  ck_assert_float_eq(bias_of(half), 7.0f);
  setenv("UNETCL_BINARY_CACHE", "off", 1);
  ck_assert_float_eq(bias_of(half), 0.5f);
  free_entry(&of_half);
  free_entry(&of_seven);
}
END_TEST

START_TEST(a_damaged_file_is_made_anew) {
  ck_assert_float_eq(bias_of(half), 0.5f);
  entry whole = read_entry(half);
  for (size_t size = 0; size < whole.size; size += whole.size / 3) {
    ck_unet_ok(unet_write_file(whole.path, whole.bytes, size));
    ck_assert_float_eq(bias_of(half), 0.5f);
    entry again = read_entry(half);
    free_entry(&again);
  }
  wants_files(1);
  free_entry(&whole);
}
END_TEST

/* Whole files of drivers that say the same of themselves and yet take other binaries. */
START_TEST(a_refused_binary_is_made_anew) {
  ck_assert_float_eq(bias_of(half), 0.5f);
  entry whole = read_entry(half);
  write_binary(&whole, "no binary", 9);
  ck_assert_float_eq(bias_of(half), 0.5f);
  entry again = read_entry(half);
  ck_assert_uint_gt(again.binary_size, 9);
  free_entry(&again);
  free_entry(&whole);
}
END_TEST

START_TEST(a_changed_source_has_another_file) {
  char *path = NULL, *text = NULL;
  size_t size = 0;
  ck_assert_float_eq(bias_of(half), 0.5f);
  ck_unet_ok(unet_read_file(&text, &size, UNETCL_SOURCE_DIR "/tests/device_scale.cl"));
  char *at = strstr(text, "+ BIAS;");
  ck_assert_ptr_nonnull(at);
  *at = '-';
  ck_unet_ok(unet_path_join(&path, cache, "device_scale.cl"));
  ck_unet_ok(unet_write_file(path, text, size));
  setenv("UNETCL_CL_DIR", cache, 1);
  ck_assert_float_eq(bias_of(half), -0.5f);
  wants_files(2);
  free(path);
  free(text);
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_no_error) {
  char *blocked = NULL;
  ck_unet_ok(unet_path_join(&blocked, cache, "unetcl"));
  ck_unet_ok(unet_write_file(blocked, "a file", 6));
  ck_assert_float_eq(bias_of(half), 0.5f);
  ck_assert_float_eq(bias_of(half), 0.5f);
  ck_assert_int_eq(unlink(blocked), 0);
  ck_assert_float_eq(bias_of(half), 0.5f);
  entry whole = read_entry(half);
  ck_assert_int_eq(unlink(whole.path), 0);
  ck_assert_int_eq(mkdir(whole.path, 0777), 0); /* in the place of the file */
  ck_assert_float_eq(bias_of(half), 0.5f);
  wants_files(0);
  ck_assert_int_eq(chmod(programs, 0555), 0);
  ck_assert_float_eq(bias_of(seven), 7.0f);
  if (access(programs, W_OK) != 0) wants_files(0); /* root may write anywhere */
  ck_assert_int_eq(chmod(programs, 0777), 0);
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  ck_assert_float_eq(bias_of(half), 0.5f);
  free_entry(&whole);
  free(blocked);
}
END_TEST

START_TEST(failed_builds_are_told_and_not_kept) {
  const unet_kernel_spec spec = {"device_scale", "-DBIAS=nonsense", "scale"};
  const unet_range range = {{1, 1, 1}, {1, 1, 1}};
  ck_unet_fails(unet_launch(test_device, &spec, &range, NULL, 0), UNET_NO_DEVICE, "nonsense");
  wants_files(0);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("program_cache");
  TCase *file = unet_test_case(suite, "file", 60);
  tcase_add_test(file, only_the_whole_file_unpacks);
  tcase_add_test(file, another_key_does_not_unpack);
  tcase_add_test(file, platforms_with_a_cache_are_left_alone);
  tcase_add_test(file, binaries_of_pocl_are_kept_where_they_cost_nothing);
  tcase_add_test(file, environment_has_the_last_word);
  tcase_add_test(file, threads_of_pocl_sleep_on_cpus);
  TCase *device = unet_device_test_case(suite, "device", 120);
  tcase_add_checked_fixture(device, set_up, tear_down);
  tcase_add_test(device, the_next_start_uses_the_file);
  tcase_add_test(device, a_damaged_file_is_made_anew);
  tcase_add_test(device, a_refused_binary_is_made_anew);
  tcase_add_test(device, a_changed_source_has_another_file);
  tcase_add_test(device, a_place_that_cannot_be_written_is_no_error);
  tcase_add_test(device, failed_builds_are_told_and_not_kept);
  return suite;
}
