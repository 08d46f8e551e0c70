#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "device_fixture.h"
#include "kernels/glorot_uniform.h"

enum { OFFSET = 5, AROUND = 2 * OFFSET, MOST = 1003 };

/* The host's numbers, from the formula in the header. */
static float expected(size_t i, float limit, uint64_t seed, uint32_t stream) {
  uint32_t words[4];
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
  unet_philox(words, key, (uint32_t[]){(uint32_t)(i / 4), 0, stream, 0});
  return (float)((int)(words[i % 4] >> 8) - 0x800000) * (limit * 0x1p-23f);
}

static void compare(size_t count, float limit, uint64_t seed, uint32_t stream) {
  static float values[MOST + AROUND];
  const size_t room = count + AROUND;
  cl_mem buffer = unet_test_buffer(NULL, room);
  ck_unet_ok(unet_glorot_uniform(test_device, buffer, OFFSET, count, limit, seed, stream));
  ck_unet_ok(unet_buffer_read(test_device, buffer, 0, values, room));
  unet_buffer_release(buffer);
  for (size_t i = 0; i < room; i++) {
    bool inside = i >= OFFSET && i < OFFSET + count;
    float wanted = inside ? expected(i - OFFSET, limit, seed, stream) : 0.0f;
    ck_assert_msg(values[i] == wanted, "count %zu: at %zu %a, not %a", count, i, (double)values[i],
                  (double)wanted);
  }
}

START_TEST(same_bits_as_the_host) {
  for (size_t count = 0; count <= 9; count++) compare(count, 0.25f, 1, UNET_STREAM_INIT);
  compare(MOST, 0.123456789f, 0xFEDCBA9876543210u, UNET_STREAM_INIT + 55);
}
END_TEST

START_TEST(numbers_fill_the_range) {
  static float values[MOST];
  cl_mem buffer = unet_test_buffer(NULL, MOST);
  ck_unet_ok(unet_glorot_uniform(test_device, buffer, 0, MOST, 2.0f, 3, UNET_STREAM_INIT));
  ck_unet_ok(unet_buffer_read(test_device, buffer, 0, values, MOST));
  unet_buffer_release(buffer);
  float low = 0, high = 0;
  double sum = 0;
  for (size_t i = 0; i < MOST; i++) {
    low = fminf(low, values[i]);
    high = fmaxf(high, values[i]);
    sum += values[i];
  }
  ck_assert_float_ge(low, -2.0f);
  ck_assert_float_le(high, 2.0f);
  ck_assert_float_lt(low, -1.98f);
  ck_assert_float_gt(high, 1.98f);
  /* The mean's deviation is 2 / sqrt(3 x 1003) = 0.036. */
  ck_assert_double_lt(fabs(sum / MOST), 0.15);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("glorot_uniform");
  TCase *glorot = unet_device_test_case(suite, "glorot_uniform", 60);
  tcase_add_test(glorot, same_bits_as_the_host);
  tcase_add_test(glorot, numbers_fill_the_range);
  return suite;
}
