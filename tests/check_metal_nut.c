/* The layout and the pictures of a real data set, where there is one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "check_main.h"
#include "data/samples.h"

/* Also called outside of a test, where Check's assertions do not work. */
static const char *find_data(void) {
  static char path[512];
  const char *data = getenv("UNETCL_TEST_DATA");
  (void)snprintf(path, sizeof path, "%s/mvtec_ad/metal_nut",
                 data ? data : UNETCL_SOURCE_DIR "/../shared/data");
  return path;
}

static unet_dataset *open_data(const char *defects) {
  unet_dataset *dataset = NULL;
  unet_dataset_options options = {.data = find_data(), .defects = defects, .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&dataset, &options, NULL, NULL));
  return dataset;
}

static size_t count_items(const unet_dataset *dataset, unet_item_role role, const char *type) {
  size_t count = 0;
  for (size_t i = 0; i < unet_dataset_count(dataset); i++) {
    const unet_item *item = unet_dataset_item(dataset, i);
    count += item->role == role && strcmp(item->type, type) == 0;
  }
  return count;
}

START_TEST(counts_and_masks) {
  unet_dataset *dataset = open_data(NULL);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_LABELLED, "bent"), 25);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_LABELLED, "color"), 22);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_LABELLED, "flip"), 23);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_LABELLED, "scratch"), 23);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_GOOD_TEST, "good"), 22);
  ck_assert_uint_eq(count_items(dataset, UNET_ITEM_GOOD_TRAIN, "good"), 60);
  size_t *covered = calloc(unet_dataset_count(dataset), sizeof *covered);
  ck_assert_ptr_nonnull(covered);
  ck_unet_ok(unet_dataset_check(dataset, covered, NULL, NULL));
  for (size_t i = 0; i < unet_dataset_count(dataset); i++)
    ck_assert_int_eq(covered[i] > 0, unet_dataset_item(dataset, i)->role == UNET_ITEM_LABELLED);
  free(covered);
  unet_dataset_close(dataset);
}
END_TEST

/* The article's protocol: 70 images, 14 held out; shrunk masks keep their area. */
START_TEST(split_and_samples) {
  unet_dataset *dataset = open_data("bent,color,scratch");
  unet_split split = {0};
  unet_split_options options = {.val = 0.2};
  ck_unet_ok(unet_split_make(&split, dataset, &options));
  ck_assert_uint_eq(split.n_train, 56);
  ck_assert_uint_eq(split.n_val, 14 + 22);
  unet_samples samples = {0};
  ck_unet_ok(unet_samples_load(&samples, dataset, split.val, split.n_val, 3, 256, 256, NULL, NULL));
  size_t *covered = calloc(unet_dataset_count(dataset), sizeof *covered);
  ck_assert_ptr_nonnull(covered);
  ck_unet_ok(unet_dataset_check(dataset, covered, NULL, NULL));
  for (size_t i = 0; i < split.n_val; i++) {
    size_t set = 0;
    for (size_t p = 0; p < 65536; p++) set += samples.masks[i * 65536 + p];
    double share = (double)set / 65536.0, wanted = (double)covered[split.val[i]] / (700.0 * 700.0);
    ck_assert_msg(share >= wanted * 0.9 && share <= wanted * 1.1, "%s: %g of the mask, not %g",
                  unet_dataset_item(dataset, split.val[i])->name, share, wanted);
  }
  free(covered);
  unet_samples_free(&samples);
  unet_split_free(&split);
  unet_dataset_close(dataset);
}
END_TEST

Suite *unet_test_suite(void) {
  enum { SKIPPED = 77 };
  if (!unet_path_is_folder(find_data())) {
    printf("skipped: no %s; set UNETCL_TEST_DATA to the folder that holds mvtec_ad\n", find_data());
    exit(SKIPPED);
  }
  Suite *suite = suite_create("metal_nut");
  TCase *data = unet_test_case(suite, "data", 300);
  tcase_add_test(data, counts_and_masks);
  tcase_add_test(data, split_and_samples);
  return suite;
}
