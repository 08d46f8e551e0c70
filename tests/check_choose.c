#include <string.h>

#include "check_main.h"
#include "device/choose.h"

/* Two platforms: a CPU alone; a CPU, two GPUs of one family and an accelerator. */
static const unet_device_info machine[] = {{.platform_index = 0,
                                            .device_index = 0,
                                            .index = 0,
                                            .type = UNET_DEVICE_CPU,
                                            .platform_name = "Portable Computing Language",
                                            .name = "pthread-Generic CPU"},
                                           {.platform_index = 2,
                                            .device_index = 0,
                                            .index = 1,
                                            .type = UNET_DEVICE_CPU,
                                            .platform_name = "Acme OpenCL",
                                            .name = "Acme CPU"},
                                           {.platform_index = 2,
                                            .device_index = 1,
                                            .index = 2,
                                            .type = UNET_DEVICE_ACCELERATOR,
                                            .platform_name = "Acme OpenCL",
                                            .name = "Acme Board"},
                                           {.platform_index = 2,
                                            .device_index = 2,
                                            .index = 3,
                                            .type = UNET_DEVICE_GPU,
                                            .platform_name = "Acme OpenCL",
                                            .name = "Acme Radiant 700"},
                                           {.platform_index = 2,
                                            .device_index = 3,
                                            .index = 4,
                                            .type = UNET_DEVICE_GPU,
                                            .platform_name = "Acme OpenCL",
                                            .name = "Acme Radiant 770"}};
enum { DEVICES = sizeof machine / sizeof *machine, NONE = 99 };

static size_t choose(const char *platform, const char *device) {
  size_t chosen = NONE;
  ck_unet_ok(unet_device_choose(&chosen, machine, DEVICES, platform, device));
  return chosen;
}

#define ck_refuses(platform, device, part)                                                                 \
  do {                                                                                                     \
    size_t chosen_ = NONE;                                                                                 \
    ck_unet_fails(unet_device_choose(&chosen_, machine, DEVICES, platform, device), UNET_NO_DEVICE, part); \
    ck_assert_uint_eq(chosen_, NONE);                                                                      \
  } while (0)

START_TEST(default_is_gpu_then_accelerator_then_cpu) {
  ck_assert_uint_eq(choose(NULL, NULL), 3);
  ck_assert_uint_eq(choose("", ""), 3);
  size_t chosen = NONE;
  ck_unet_ok(unet_device_choose(&chosen, machine, 3, NULL, NULL));
  ck_assert_uint_eq(chosen, 2);
  ck_unet_ok(unet_device_choose(&chosen, machine, 2, NULL, NULL));
  ck_assert_uint_eq(chosen, 0);
}
END_TEST

START_TEST(index_counts_through_the_list_or_within_the_platform) {
  ck_assert_uint_eq(choose(NULL, "1"), 1);
  ck_assert_uint_eq(choose("2", "1"), 2);
  ck_assert_uint_eq(choose("acme", "0"), 1);
  ck_assert_uint_eq(choose("0", NULL), 0);
}
END_TEST

START_TEST(names_fit_in_part_and_in_any_case) {
  ck_assert_uint_eq(choose(NULL, "board"), 2);
  ck_assert_uint_eq(choose("PORTABLE", NULL), 0);
  ck_assert_uint_eq(choose("acme", "cpu"), 1);
  ck_assert_uint_eq(choose(NULL, "t 770"), 4);
}
END_TEST

START_TEST(names_that_fit_several_are_refused_and_listed) {
  ck_refuses(NULL, "radiant", "[3] Acme Radiant 700 on Acme OpenCL, [4] Acme Radiant 770 on Acme OpenCL");
  ck_refuses("2", "radiant", "[2] Acme Radiant 700 on Acme OpenCL, [3]");
  ck_refuses("o", NULL, "[0] Portable Computing Language, [2] Acme OpenCL");
}
END_TEST

START_TEST(what_is_not_there_is_refused_and_the_rest_listed) {
  ck_refuses(NULL, "5", "[0] pthread-Generic CPU on Portable Computing Language, [1] Acme CPU");
  ck_refuses("0", "1", "choose one of: [0] pthread-Generic CPU on Portable Computing Language");
  ck_refuses(NULL, "99999999999999999999999999", "no OpenCL device \"99999999999999999999999999\"");
  ck_refuses("1", NULL, "no OpenCL platform \"1\"");
  ck_refuses("acme", "xyz", "no OpenCL device \"xyz\"");
  ck_refuses("1.5", NULL, "no OpenCL platform \"1.5\"");
}
END_TEST

/* A message has an end, whatever the machine has. */
START_TEST(long_lists_are_cut) {
  static unet_device_info many[64];
  for (size_t i = 0; i < 64; i++) {
    many[i] = (unet_device_info){.index = i, .device_index = i, .type = UNET_DEVICE_GPU};
    memset(many[i].name, 'x', sizeof many[i].name - 1);
  }
  size_t chosen = NONE;
  ck_unet_fails(unet_device_choose(&chosen, many, 64, NULL, "x"), UNET_NO_DEVICE,
                "a longer part of its name");
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("choose");
  TCase *choosing = unet_test_case(suite, "choose", 10);
  tcase_add_test(choosing, default_is_gpu_then_accelerator_then_cpu);
  tcase_add_test(choosing, index_counts_through_the_list_or_within_the_platform);
  tcase_add_test(choosing, names_fit_in_part_and_in_any_case);
  tcase_add_test(choosing, names_that_fit_several_are_refused_and_listed);
  tcase_add_test(choosing, what_is_not_there_is_refused_and_the_rest_listed);
  tcase_add_test(choosing, long_lists_are_cut);
  return suite;
}
