/* Augmentation on the device against its plain reference. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "device_fixture.h"
#include "graph/graph.h"
#include "kernels/augment.h"
#include "ref/ref_augment.h"
#include "run/augmenter.h"

enum { IMAGES = 3 };

/* A batch of noisy sources, and what became of it. */
typedef struct batch_case {
  size_t channels, height, width; /* of the output */
  size_t h, w;                    /* of the sources */
  uint16_t *images;
  uint8_t *masks;
  unet_augmentation items[IMAGES];
  float *image, *target; /* what the device made */
} batch_case;

static size_t pixels_of(const batch_case *c) { return c->height * c->width; }

static void *make(size_t count, size_t size) {
  void *memory = calloc(count, size);
  ck_assert_ptr_nonnull(memory);
  return memory;
}

static batch_case make_case(size_t channels, size_t height, size_t width, size_t h, size_t w) {
  batch_case c = {.channels = channels, .height = height, .width = width, .h = h, .w = w};
  unet_rng rng;
  unet_rng_start(&rng, 3, 99, 0);
  c.images = make(IMAGES * channels * h * w, sizeof *c.images);
  c.masks = make(IMAGES * h * w, 1);
  c.image = make(IMAGES * channels * height * width, sizeof(float));
  c.target = make(IMAGES * height * width, sizeof(float));
  for (size_t i = 0; i < IMAGES * channels * h * w; i++) c.images[i] = (uint16_t)(unet_rng_u32(&rng) >> 16);
  for (size_t i = 0; i < IMAGES * h * w; i++) c.masks[i] = unet_rng_u32(&rng) >> 31 != 0;
  return c;
}

static void free_case(batch_case *c) {
  free(c->images);
  free(c->masks);
  free(c->image);
  free(c->target);
}

static void draw_items(batch_case *c, const unet_augment_options *options, const unet_window *window) {
  for (uint32_t i = 0; i < IMAGES; i++) {
    const unet_lot lot = {11, 2, i};
    unet_augment_draw(&c->items[i], options, window, c->channels, c->height, c->width, &lot);
    c->items[i].image_at = (uint32_t)(i * c->channels * c->h * c->w);
    c->items[i].mask_at = (uint32_t)(i * c->h * c->w);
    c->items[i].height = (int32_t)c->h;
    c->items[i].width = (int32_t)c->w;
  }
}

/* The inputs of a batch on the device, and nothing else. */
typedef struct inputs {
  unet_graph *graph;
  unet_value images, target;
  unet_executor *executor;
} inputs;

static inputs make_inputs(const batch_case *c) {
  inputs in = {0};
  ck_unet_ok(unet_graph_create(&in.graph));
  in.images = unet_graph_input(in.graph, "images", (unet_shape){IMAGES, c->channels, c->height, c->width});
  in.target = unet_graph_input(in.graph, "target", (unet_shape){IMAGES, 1, c->height, c->width});
  ck_unet_ok(unet_executor_create(&in.executor, test_device, in.graph, NULL));
  return in;
}

static void take_inputs(batch_case *c, inputs *in) {
  ck_unet_ok(unet_executor_read(in->executor, in->images, c->image, IMAGES));
  ck_unet_ok(unet_executor_read(in->executor, in->target, c->target, IMAGES));
  unet_executor_destroy(in->executor);
  unet_graph_destroy(in->graph);
}

static void run_case(batch_case *c) {
  const size_t image_values = IMAGES * c->channels * c->h * c->w, mask_values = IMAGES * c->h * c->w;
  const unet_source_batch batch = {IMAGES, c->images, c->masks, image_values, mask_values, c->items};
  unet_augmenter *augmenter = NULL;
  inputs in = make_inputs(c);
  ck_unet_ok(unet_augmenter_create(&augmenter, test_device, IMAGES, image_values, mask_values));
  ck_unet_ok(unet_augmenter_run(augmenter, in.executor, in.images, in.target, &batch));
  take_inputs(c, &in);
  unet_augmenter_destroy(augmenter);
}

static cl_mem upload(const void *source, size_t bytes) {
  cl_mem buffer = unet_test_buffer(NULL, bytes / sizeof(float) + 1);
  ck_unet_ok(unet_buffer_write_bytes(test_device, buffer, source, bytes));
  return buffer;
}

/* The same with a variant that may be meant for other devices. */
static void run_variant(batch_case *c, unet_variant variant) {
  const size_t mask_values = IMAGES * c->h * c->w;
  inputs in = make_inputs(c);
  const unet_tensor images = unet_executor_tensor(in.executor, in.images, IMAGES);
  const unet_tensor target = unet_executor_tensor(in.executor, in.target, IMAGES);
  cl_mem sources = upload(c->images, mask_values * c->channels * sizeof *c->images);
  cl_mem masks = upload(c->masks, mask_values), items = upload(c->items, sizeof c->items);
  ck_unet_ok(unet_augment_launch(test_device, variant, &images, &target, sources, masks, items));
  take_inputs(c, &in);
  unet_buffer_release(sources);
  unet_buffer_release(masks);
  unet_buffer_release(items);
}

/* --- against the reference ---------------------------------------------------------------------------- */

/* Positions of up to 1000 are rounded to 2^-15 at worst, neighbours differ by up to 1: 1e-4 in all. Gamma
 * below 1 is steep near 0: to the power 0.8 an error of 1e-4 grows to 1e-4^0.8. At a border between two
 * pixels the mask may be either. */
static void compare(const batch_case *c, double tolerance) {
  const size_t values = c->channels * pixels_of(c);
  float *image = make(values, sizeof(float)), *target = make(pixels_of(c), sizeof(float));
  double worst = 0.0;
  size_t where = 0, other = 0;
  for (size_t n = 0; n < IMAGES; n++) {
    ref_augment(image, target, c->channels, c->height, c->width, c->images + c->items[n].image_at,
                c->masks + c->items[n].mask_at, &c->items[n]);
    for (size_t i = 0; i < values; i++) {
      const double error = fabs((double)c->image[n * values + i] - (double)image[i]);
      if (error > worst || isnan(error)) worst = error, where = n * values + i;
    }
    for (size_t i = 0; i < pixels_of(c); i++) other += c->target[n * pixels_of(c) + i] != target[i];
  }
  printf("%zu x %zux%zu of %zux%zu: worst error %g at %zu, %zu mask pixels differ\n", c->channels, c->height,
         c->width, c->h, c->w, worst, where, other);
  ck_assert_msg(worst <= tolerance, "error %g at image %zu, channel %zu, y %zu, x %zu", worst, where / values,
                where % values / pixels_of(c), where % pixels_of(c) / c->width, where % c->width);
  ck_assert_uint_le(other, 1 + IMAGES * pixels_of(c) / 2000);
  free(image);
  free(target);
}

static const unet_variant variants[] = {UNET_NAIVE, UNET_VECTOR, UNET_GROUP};

static void check_size(const char *preset, size_t channels, size_t height, size_t width, size_t h, size_t w,
                       const unet_window *window, double tolerance) {
  unet_augment_options options;
  batch_case c = make_case(channels, height, width, h, w);
  ck_unet_ok(unet_augment_preset(&options, preset));
  if (channels == 1) options.flip = UNET_FLIP_NONE;
  draw_items(&c, &options, window);
  c.items[0].blur = options.blur > 0.0 ? 0.8f : 0.0f; /* at least one is blurred, and one is not */
  c.items[1].blur = 0.0f;
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
    run_variant(&c, variants[i]);
    compare(&c, tolerance);
  }
  free_case(&c);
}

START_TEST(same_as_the_reference) {
  static const size_t sizes[][2] = {{1, 1}, {5, 15}, {8, 16}, {7, 17}, {33, 31}, {64, 65}, {19, 130}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const size_t h = sizes[i][0], w = sizes[i][1];
    const unet_window whole = unet_whole_window(h, w);
    check_size("light", 3, h, w, h, w, &whole, 3e-4);
    check_size("strong", 3, h, w, h, w, &whole, 3e-4);
    check_size("strong", 1, h, w, h, w, &whole, 3e-4);
  }
}
END_TEST

START_TEST(windows_of_larger_images) {
  const unet_window inside = {70.0, 40.5, 1.0}, corner = {2.0, 98.0, 1.7};
  check_size("strong", 3, 32, 48, 100, 131, &inside, 3e-4);
  check_size("none", 3, 32, 48, 100, 131, &corner, 3e-4);
}
END_TEST

/* --- exact -------------------------------------------------------------------------------------------- */

static void wants_source(size_t channels, size_t height, size_t width, unet_flip flip, unet_variant variant) {
  const unet_augment_options options = {.flip = flip};
  const unet_window whole = unet_whole_window(height, width);
  batch_case c = make_case(channels, height, width, height, width);
  draw_items(&c, &options, &whole);
  run_variant(&c, variant);
  for (size_t i = 0; i < IMAGES * channels * pixels_of(&c); i++) {
    const unet_augmentation *item = &c.items[i / (channels * pixels_of(&c))];
    const size_t x = i % width, y = i / width % height;
    const size_t from = i - x - y * width + (item->x[0] < 0.0f ? width - 1 - x : x) +
                        (item->y[1] < 0.0f ? height - 1 - y : y) * width;
    ck_assert_msg(c.image[i] == (float)c.images[from] / 65535.0f, "value %zu is %a, not %u / 65535", i,
                  (double)c.image[i], c.images[from]);
  }
  if (flip == UNET_FLIP_NONE) {
    for (size_t i = 0; i < IMAGES * pixels_of(&c); i++) ck_assert(c.target[i] == (float)c.masks[i]);
  }
  free_case(&c);
}

START_TEST(nothing_drawn_gives_the_source) {
  wants_source(3, 64, 256, UNET_FLIP_NONE, UNET_VECTOR);
  wants_source(3, 64, 256, UNET_FLIP_NONE, UNET_GROUP);
  wants_source(1, 37, 53, UNET_FLIP_NONE, UNET_VECTOR);
}
END_TEST

START_TEST(mirror_images_are_exact) {
  wants_source(3, 37, 53, UNET_FLIP_BOTH, UNET_VECTOR);
  wants_source(3, 37, 53, UNET_FLIP_BOTH, UNET_GROUP);
}
END_TEST

/* A mask that follows the image in every bit: what is 1 in the mask is white in the picture. */
START_TEST(mask_is_warped_as_the_image) {
  unet_augment_options options;
  batch_case c = make_case(1, 96, 96, 96, 96);
  const unet_window whole = unet_whole_window(96, 96);
  for (size_t i = 0; i < IMAGES * pixels_of(&c); i++) {
    const size_t x = i % 96, y = i / 96 % 96;
    c.masks[i] = (x / 16 + y / 16) % 2;
    c.images[i] = c.masks[i] ? 65535 : 0;
  }
  ck_unet_ok(unet_augment_preset(&options, "strong"));
  options.brightness = options.contrast = options.gamma = options.blur = options.noise = 0.0;
  draw_items(&c, &options, &whole);
  run_case(&c);
  for (size_t i = 0; i < IMAGES * pixels_of(&c); i++) {
    const bool sure = fabsf(c.image[i] - 0.5f) > 0.3f; /* in the middle of four like pixels, or nearly */
    ck_assert_msg(!sure || (c.image[i] > 0.5f) == (c.target[i] > 0.5f), "at %zu: %g, mask %g", i,
                  (double)c.image[i], (double)c.target[i]);
  }
  free_case(&c);
}
END_TEST

START_TEST(the_same_again) {
  unet_augment_options options;
  const unet_window whole = unet_whole_window(40, 50);
  ck_unet_ok(unet_augment_preset(&options, "strong"));
  batch_case a = make_case(3, 40, 50, 40, 50), b = make_case(3, 40, 50, 40, 50);
  draw_items(&a, &options, &whole);
  draw_items(&b, &options, &whole);
  run_case(&a);
  run_variant(&b, unet_augment_variant(test_device));
  ck_assert_mem_eq(a.image, b.image, pixels_of(&a) * 3 * IMAGES * sizeof(float));
  ck_assert_mem_eq(a.target, b.target, pixels_of(&a) * IMAGES * sizeof(float));
  free_case(&a);
  free_case(&b);
}
END_TEST

/* Mean 0, deviation as asked, and no more outliers than a normal distribution has: of 3 x 128 x 128 values,
 * 99 % within 2.58 deviations. */
START_TEST(noise_is_nearly_normal) {
  const unet_augment_options options = {.noise = 0.1};
  const unet_window whole = unet_whole_window(128, 128);
  batch_case c = make_case(3, 128, 128, 128, 128);
  const size_t values = 3 * pixels_of(&c);
  for (size_t i = 0; i < IMAGES * values; i++) c.images[i] = 32768;
  draw_items(&c, &options, &whole);
  run_case(&c);
  double mean = 0.0, square = 0.0;
  size_t outside = 0;
  for (size_t i = 0; i < values; i++) {
    const double z = ((double)c.image[i] - 32768.0 / 65535.0) / (double)c.items[0].noise;
    mean += z / (double)values;
    square += z * z / (double)values;
    outside += fabs(z) > 2.58;
  }
  ck_assert_double_lt(fabs(mean), 0.02);
  ck_assert_double_lt(fabs(square - 1.0), 0.03);
  ck_assert_double_lt(fabs((double)outside / (double)values - 0.01), 0.003);
  free_case(&c);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("augment");
  TCase *tiny = unet_device_test_case(suite, "tiny", 120);
  tcase_add_test(tiny, windows_of_larger_images);
  TCase *augment = unet_device_test_case(suite, "augment", 120);
  tcase_add_test(augment, same_as_the_reference);
  tcase_add_test(augment, nothing_drawn_gives_the_source);
  tcase_add_test(augment, mirror_images_are_exact);
  tcase_add_test(augment, mask_is_warped_as_the_image);
  tcase_add_test(augment, the_same_again);
  tcase_add_test(augment, noise_is_nearly_normal);
  return suite;
}
