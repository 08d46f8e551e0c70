#include "data_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "base/path.h"
#include "check_main.h"
#include "data/image.h"

static char *make_place(const char *folder, const char *name) {
  char *path = NULL;
  ck_unet_ok(unet_path_join(&path, folder, name));
  char *slash = strrchr(path, '/');
  *slash = '\0';
  ck_unet_ok(unet_make_folders(path));
  *slash = '/';
  return path;
}

void put_file(const char *folder, const char *name, const void *bytes, size_t size) {
  char *path = make_place(folder, name);
  ck_unet_ok(unet_write_file(path, bytes, size));
  free(path);
}

void put_picture(const char *folder, const char *name, size_t width, size_t height, unsigned first,
                 unsigned value) {
  char *path = make_place(folder, name);
  unet_image image = {0};
  ck_unet_ok(unet_image_make(&image, width, height, 1, 8));
  for (size_t i = 0; i < width * height; i++) image.samples[i] = (uint16_t)((i ? value : first) * 257);
  ck_unet_ok(unet_image_write_png(&image, path));
  unet_image_free(&image);
  free(path);
}

static void put_pictures(const char *folder, const char *images, const char *masks, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char name[128];
    (void)snprintf(name, sizeof name, "%s/%03zu.png", images, i);
    put_picture(folder, name, 8, 6, 10, (unsigned)(20 * i + 50));
    (void)snprintf(name, sizeof name, "%s/%03zu_mask.png", masks ? masks : "", i);
    if (masks) put_picture(folder, name, 8, 6, 255, 0);
  }
}

void put_category(const char *folder) {
  put_pictures(folder, "test/bent", "ground_truth/bent", 5);
  put_pictures(folder, "test/scratch", "ground_truth/scratch", 3);
  put_pictures(folder, "test/good", NULL, 2);
  put_pictures(folder, "train/good", NULL, 4);
}

void put_pairs(const char *folder, size_t defects, size_t good) {
  for (size_t i = 0; i < defects + good; i++) {
    char name[64];
    const bool is_good = i >= defects;
    (void)snprintf(name, sizeof name, "images/%c%zu.png", is_good ? 'b' : 'a', is_good ? i - defects : i);
    put_picture(folder, name, 8, 6, 10, (unsigned)(i % 20 * 10 + 50));
    (void)snprintf(name, sizeof name, "masks/%c%zu.png", is_good ? 'b' : 'a', is_good ? i - defects : i);
    put_picture(folder, name, 8, 6, is_good ? 0 : 255, 0);
  }
}

unet_dataset *open_put_pairs(const char *folder) {
  char images[300], masks[300];
  unet_dataset *pairs = NULL;
  (void)snprintf(images, sizeof images, "%s/images", folder);
  (void)snprintf(masks, sizeof masks, "%s/masks", folder);
  const unet_dataset_options options = {.images = images, .masks = masks, .mask_threshold = -1};
  ck_unet_ok(unet_dataset_open(&pairs, &options, NULL, NULL));
  return pairs;
}

void problem_list_add(void *user, const char *line) {
  problem_list *problems = user;
  ck_assert_uint_lt(problems->count, 32);
  (void)snprintf(problems->lines[problems->count++], sizeof problems->lines[0], "%s", line);
}

void check_problem(const problem_list *problems, const char *file, const char *what) {
  for (size_t i = 0; i < problems->count; i++) {
    if (strstr(problems->lines[i], file) && strstr(problems->lines[i], what)) return;
  }
  ck_abort_msg("no problem names \"%s\" and \"%s\"; the first of %zu: %s", file, what, problems->count,
               problems->count ? problems->lines[0] : "-");
}
