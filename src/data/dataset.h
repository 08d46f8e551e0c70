/* The inside of a data set, and the layouts that fill it. */
#ifndef UNETCL_DATA_DATASET_H
#define UNETCL_DATA_DATASET_H

#include "base/path.h"
#include "data/image.h"
#include "data/mask.h"
#include "data/problems.h"
#include "unetcl/dataset.h"

/* One connected region of a mask. */
typedef struct unet_defect_box {
  size_t width, height, area; /* of the smallest upright box around it; its pixels */
} unet_defect_box;

/* What reading an item learns of it; zeroed until then. */
typedef struct unet_item_facts {
  size_t width, height;
  unsigned depth;        /* of the image's file: 8 or 16 */
  unsigned brightest;    /* largest sample of a 16-bit image, in [0,65535] */
  bool has_mask;         /* and it could be read */
  bool mask_in_alpha;    /* see unet_mask */
  unsigned mask_largest; /* in the file's own units */
  size_t defect_pixels;
  unet_defect_box *defects; /* owned */
  size_t n_defects;
} unet_item_facts;

struct unet_dataset {
  unet_item *items;       /* their texts are owned */
  unet_item_facts *facts; /* one for each, see survey.h; NULL: nobody asked for them */
  size_t count, capacity;
  size_t spare_masks; /* masks of no image */
  char *folder;       /* item names are relative to it */
  char *masks_folder; /* where the masks of image/mask folders are; NULL for MVTec */
  int mask_threshold;
  bool types_chosen; /* not all defect types are in use */
};

/* Adds the image `name` in a subfolder ("test/bent", or "") of the data set's folder. Texts are copied;
 * `mask` may be NULL. */
unet_status unet_dataset_add(unet_dataset *dataset, unet_item_role role, const char *type,
                             const char *subfolder, const char *name, const char *mask);

/* As unet_dataset_open, but problems of the layout are collected, and the images that have none are in *out.
 */
unet_status unet_dataset_list(unet_dataset **out, const unet_dataset_options *options,
                              unet_problems *problems);

/* Fill a data set whose folder is set from files on disk. */
unet_status unet_layout_mvtec(unet_dataset *dataset, const char *defects, unet_problems *problems);
unet_status unet_layout_pairs(unet_dataset *dataset, const char *defects, unet_problems *problems);

/* *root = the category folder that --data and --category mean. */
unet_status unet_mvtec_find_root(char **root, const char *data, const char *category);

/* Whether the list of types (separated by commas; NULL: all) names this one of `types`. A type whose name
 * holds a comma is chosen by its name alone. */
bool unet_type_is_chosen(const char *defects, const char *type, const char *const *types, size_t count);
/* A problem for each name in the list that is none of `types`. */
unet_status unet_check_types(const char *defects, const char *const *types, size_t count, const char *folder,
                             unet_problems *problems);

/* Lists the image files of a folder. Folders with an image's name and pictures in formats that are not read
 * are problems. */
unet_status unet_list_images(unet_names *out, const char *folder, unet_problems *problems);

/* Adds the images of a subfolder with their masks in `masks_folder`, paired by stem. No image, no mask for
 * one, several masks, and several images of one stem are problems. */
unet_status unet_add_pairs(unet_dataset *dataset, const char *type, const char *subfolder,
                           const char *masks_folder, unet_problems *problems);

/* Reads an item's image and, where it has one, its mask (values stays NULL for a good image); both must be of
 * one size. Problems are collected, and the parts that could not be read are left zeroed. */
unet_status unet_item_read(unet_image *image, unet_mask *mask, const unet_item *item, int mask_threshold,
                           unet_problems *problems);
/* The same for one that was read before: its first problem is UNET_BAD_INPUT. Both start zeroed and are to be
 * freed, also after a failure. */
unet_status unet_item_read_again(unet_image *image, unet_mask *mask, const unet_dataset *dataset,
                                 size_t index);

/* Runs `task` for the items `indices[0..count)` (NULL: 0..count) on all cores, tells all problems in order
 * and fails when there are any. */
typedef unet_status (*unet_item_task)(void *user, size_t position, const unet_image *image,
                                      const unet_mask *mask);
unet_status unet_items_read(const unet_dataset *dataset, const size_t *indices, size_t count,
                            unet_item_task task, void *task_user, unet_problem_fn on_problem, void *user);
/* The same, but the problems are added to a list. */
unet_status unet_items_collect(const unet_dataset *dataset, const size_t *indices, size_t count,
                               unet_item_task task, void *task_user, unet_problems *problems);

#endif
