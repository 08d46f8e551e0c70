#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "device/gemm.h"
#include "device_fixture.h"

enum { PADDING = 3, OFFSET_A = 7, OFFSET_B = 2, OFFSET_C = 5, MOST = 80 * 80 };

static float a_values[MOST], b_values[MOST], c_values[MOST], results[MOST];

static void draw(float *values, unsigned index) {
  unet_rng rng;
  unet_rng_start(&rng, 1, 0, index);
  for (size_t i = 0; i < MOST; i++) values[i] = unet_rng_range(&rng, -1.0f, 1.0f);
}

static float element(const float *values, const unet_matrix *matrix, size_t row, size_t column) {
  size_t r = matrix->transposed ? column : row, c = matrix->transposed ? row : column;
  return values[matrix->offset + r * matrix->stride + c];
}

static double product_element(const unet_matrix *a, const unet_matrix *b, size_t row, size_t column,
                              size_t k) {
  double sum = 0;
  for (size_t i = 0; i < k; i++) {
    sum += (double)element(a_values, a, row, i) * (double)element(b_values, b, i, column);
  }
  return sum;
}

/* Holds C to the definition, and what lies around C to what it was. */
static void compare(size_t m, size_t n, size_t k, const unet_matrix *a, const unet_matrix *b,
                    const unet_matrix *c) {
  const float alpha = 0.75f, beta = -0.5f;
  ck_unet_ok(unet_gemm(test_device, m, n, k, alpha, a, b, beta, c));
  ck_unet_ok(unet_buffer_read(test_device, c->buffer, 0, results, MOST));
  for (size_t i = 0; i < MOST; i++) {
    size_t row = i >= c->offset ? (i - c->offset) / c->stride : m;
    size_t column = i >= c->offset ? (i - c->offset) % c->stride : n;
    bool inside = row < m && column < n;
    double wanted = c_values[i];
    if (inside) wanted = (double)alpha * product_element(a, b, row, column, k) + (double)beta * wanted;
    double error = fabs((double)results[i] - wanted);
    ck_assert_msg(error <= (inside ? 1e-5 : 0.0), "%zu x %zu x %zu at (%zu,%zu): %g, not %g", m, n, k, row,
                  column, (double)results[i], wanted);
  }
}

static void check_product(size_t m, size_t n, size_t k, int a_transposed, int b_transposed) {
  const unet_matrix a = {unet_test_buffer(a_values, MOST), OFFSET_A, (a_transposed ? m : k) + PADDING,
                         a_transposed};
  const unet_matrix b = {unet_test_buffer(b_values, MOST), OFFSET_B, (b_transposed ? k : n) + PADDING,
                         b_transposed};
  const unet_matrix c = {unet_test_buffer(c_values, MOST), OFFSET_C, n + PADDING, 0};
  compare(m, n, k, &a, &b, &c);
  unet_buffer_release(a.buffer);
  unet_buffer_release(b.buffer);
  unet_buffer_release(c.buffer);
}

static void draw_matrices(void) {
  draw(a_values, 0);
  draw(b_values, 1);
  draw(c_values, 2);
}

START_TEST(products_follow_the_definition) {
  static const size_t sizes[][3] = {{1, 1, 1}, {8, 65, 27}, {64, 64, 64}, {33, 31, 70}};
  draw_matrices();
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    for (int transposed = 0; transposed < 4; transposed++) {
      check_product(sizes[s][0], sizes[s][1], sizes[s][2], transposed & 1, transposed >> 1);
    }
  }
}
END_TEST

START_TEST(profile_sees_a_product_as_one_launch) {
  draw_matrices();
  unet_launch_record *records = NULL;
  size_t count = 0;
  ck_unet_ok(unet_profile_enable(test_device, 1));
  unet_profile_tag(test_device, 4);
  check_product(33, 31, 70, 0, 0);
  ck_unet_ok(unet_profile_take(test_device, &records, &count));
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(records[0].kernel, "CLBlastSgemm");
  ck_assert_int_eq(records[0].tag, 4);
  ck_assert_uint_le(records[0].queued, records[0].start);
  ck_assert_uint_lt(records[0].start, records[0].end);
  free(records);
}
END_TEST

START_TEST(bad_products_are_refused) {
  cl_mem buffer = unet_test_buffer(NULL, 16);
  const unet_matrix matrix = {buffer, 0, 4, 0}, narrow = {buffer, 0, 3, 0};
  ck_unet_fails(unet_gemm(test_device, 0, 4, 4, 1, &matrix, &matrix, 0, &matrix), UNET_INTERNAL, "CLBlast");
  ck_unet_fails(unet_gemm(test_device, 4, 4, 4, 1, &narrow, &matrix, 0, &matrix), UNET_INTERNAL, "CLBlast");
  ck_unet_fails(unet_gemm(test_device, 8, 4, 4, 1, &matrix, &matrix, 0, &matrix), UNET_INTERNAL, "CLBlast");
  unet_buffer_release(buffer);
}
END_TEST

/* CLBlast keeps programs of closed contexts unless told; a second device must not get them. */
START_TEST(products_work_on_a_device_opened_again) {
  draw_matrices();
  check_product(8, 9, 10, 0, 0);
  unet_device_close(test_device);
  test_device = NULL;
  ck_unet_ok(unet_device_open(&test_device, NULL, NULL));
  check_product(8, 9, 10, 0, 0);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("gemm");
  TCase *gemm = unet_device_test_case(suite, "gemm", 300);
  tcase_add_test(gemm, products_follow_the_definition);
  tcase_add_test(gemm, profile_sees_a_product_as_one_launch);
  tcase_add_test(gemm, bad_products_are_refused);
  tcase_add_test(gemm, products_work_on_a_device_opened_again);
  return suite;
}
