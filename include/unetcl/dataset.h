/* Labelled pictures: finding them, checking them, splitting them, and having them at the network's size. */
#ifndef UNETCL_DATASET_H
#define UNETCL_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/status.h"

typedef struct unet_dataset unet_dataset;

/* Where the pictures are: `data` alone (an MVTec AD category folder, or its parent with `category`), or
 * `images` and `masks` (two folders paired by file stem). Texts need to live only during the call. */
typedef struct unet_dataset_options {
  const char *data;
  const char *category;
  const char *images;
  const char *masks;
  const char *defects; /* defect types to use, separated by commas; NULL: all */
  int mask_threshold;  /* mask values above it are defect; -1: only {0,1} and {0,255} are understood */
} unet_dataset_options;

/* Which part of the layout an item comes from; it decides what a split may do with it. */
typedef enum unet_item_role {
  UNET_ITEM_LABELLED,   /* an image with a mask file; split into training and held-out */
  UNET_ITEM_GOOD_TRAIN, /* MVTec train/good: the first --good N join training, the rest is unused */
  UNET_ITEM_GOOD_TEST   /* MVTec test/good: always held out */
} unet_item_role;

/* One image. Texts belong to the data set. */
typedef struct unet_item {
  const char *image; /* path to open */
  const char *name;  /* path relative to the data folder (to the images folder, for pairs), '/' between */
  const char *mask;  /* path to open; NULL for a good image */
  const char *type;  /* defect type, "good", or "defect" for pairs */
  unet_item_role role;
} unet_item;

/* Called once for each problem of a data set, with the line to show. */
typedef void (*unet_problem_fn)(void *user, const char *line);

/* Lists and pairs the files, in a fixed order (by role, type, name); opens no image. Problems of the
 * layout (a missing mask, two masks for an image, a folder without images, an unknown defect type) go to
 * `on_problem`, all of them, and then end the call with UNET_BAD_INPUT and a message that sums up; where
 * `on_problem` is NULL, that message holds the first. A folder that is no data set at all is UNET_BAD_INPUT
 * without problems; options that contradict each other are UNET_USAGE. */
UNET_API unet_status unet_dataset_open(unet_dataset **out, const unet_dataset_options *options,
                                       unet_problem_fn on_problem, void *user);
UNET_API void unet_dataset_close(unet_dataset *dataset);

UNET_API size_t unet_dataset_count(const unet_dataset *dataset);
/* index < count. */
UNET_API const unet_item *unet_dataset_item(const unet_dataset *dataset, size_t index);
/* The folder that item names are relative to, as given. */
UNET_API const char *unet_dataset_folder(const unet_dataset *dataset);

/* Decodes every image and mask of the data set on all cores, as training would, and reports every problem
 * in the order of the items. `covered` (may be NULL) gets per item the number of defect pixels of its mask.
 */
UNET_API unet_status unet_dataset_check(const unet_dataset *dataset, size_t *covered,
                                        unet_problem_fn on_problem, void *user);

/* What is to become of the pictures, for advice, and who is told. Each of the functions may be NULL. */
typedef struct unet_check_options {
  unet_dataset_options data;
  size_t height, width;       /* of the network's input */
  bool tile;                  /* work on windows of that size at the pictures' own scale */
  double val;                 /* see unet_split_options */
  unet_problem_fn on_problem; /* each problem: training would refuse the data set */
  unet_problem_fn on_warning; /* what trains, but badly */
  unet_problem_fn on_fact;    /* what is good to know: sizes, masks that are not used */
  void *user;
} unet_check_options;

/* The images of one defect type, or of the good ones, in one part of the layout. */
typedef struct unet_check_type {
  char *type; /* owned */
  unet_item_role role;
  size_t images, with_defect; /* all, and those whose mask has a pixel */
} unet_check_type;

typedef struct unet_check_result {
  unet_check_type *types; /* in the order of the items */
  size_t n_types, images, warnings;
} unet_check_result;

/* Reads a whole data set as training would and tells everything that is wrong with it: problems of the
 * layout, of every file, and what training would refuse though each file is right (no image with a defect,
 * none left to train on). UNET_BAD_INPUT where there is a problem. Release with unet_check_result_free. */
UNET_API unet_status unet_check(unet_check_result *out, const unet_check_options *options);
UNET_API void unet_check_result_free(unet_check_result *result);

/* Indices into the data set's items, each list in ascending order. */
typedef struct unet_split {
  size_t *train, *val, *select;
  size_t n_train, n_val, n_select;
} unet_split;

typedef struct unet_split_options {
  double val;    /* share of each defect type that is held out: max(1, round(n x val)) of n images; 0..0.9 */
  double select; /* share of each type's remaining training images (good ones too) set aside to choose on:
                    one at least where that leaves another, 0: none; 0..0.9 */
  size_t good;   /* so many images of train/good join training */
  uint64_t seed;
} unet_split_options;

/* Splits by the seed; a type's part does not depend on the other types in use. In folders of images and masks
 * those with an empty mask are split by themselves, for which all masks are read; one that cannot be read
 * counts as having a defect. UNET_BAD_INPUT when no image is left to train on, or when there are fewer good
 * ones than asked for. Release with unet_split_free. */
UNET_API unet_status unet_split_make(unet_split *out, const unet_dataset *dataset,
                                     const unet_split_options *options);
/* Reads {"train": [names], "val": [names], "select": [names]} (select may be missing); a name that the
 * data set lacks, a name in two lists and any other form are UNET_BAD_INPUT, naming file and entry. */
UNET_API unet_status unet_split_load(unet_split *out, const unet_dataset *dataset, const char *path);
/* The same from text (as stored in a model file); `origin` names it in messages. */
UNET_API unet_status unet_split_parse(unet_split *out, const unet_dataset *dataset, const char *json,
                                      const char *origin);
/* *json = the split as JSON text; the caller frees it. */
UNET_API unet_status unet_split_format(char **json, const unet_split *split, const unet_dataset *dataset);
UNET_API void unet_split_free(unet_split *split);

#endif
