/* Small data sets on disk for tests, and the problems that are found in them. */
#ifndef UNETCL_TESTS_DATA_FILES_H
#define UNETCL_TESTS_DATA_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "unetcl/dataset.h"

/* Writes `folder`/`name`, making folders on the way. */
void put_file(const char *folder, const char *name, const void *bytes, size_t size);

/* Writes a grey 8-bit PNG of one value, but for its first pixel. */
void put_picture(const char *folder, const char *name, size_t width, size_t height, unsigned first,
                 unsigned value);

/* An MVTec category of 8 x 6 pictures: test/bent with 5, test/scratch with 3 (each with a mask of one defect
 * pixel), test/good with 2, train/good with 4. */
void put_category(const char *folder);

/* images/ and masks/ of 8 x 6 pictures: `defects` with a mask of one pixel, a0.png, a1.png, ..., and `good`
 * with an empty one, b0.png, ... */
void put_pairs(const char *folder, size_t defects, size_t good);
/* Opens what put_pairs made. */
unet_dataset *open_put_pairs(const char *folder);

/* Collects problems; pass problem_list_add with it. */
typedef struct problem_list {
  char lines[32][512];
  size_t count;
} problem_list;
void problem_list_add(void *user, const char *line);

/* Fails the test unless some line holds both texts. */
void check_problem(const problem_list *problems, const char *file, const char *what);

#endif
