/* The images that a list of files and folders stands for, and where their results go. */
#ifndef UNETCL_REPORT_IMAGE_LIST_H
#define UNETCL_REPORT_IMAGE_LIST_H

#include <stddef.h>

#include "base/error.h"
#include "data/problems.h"

/* `target` is the path under the output folder without an ending: "sub/NAME" for sub/NAME.png in a folder. */
typedef struct unet_listed_image {
  char *path, *target;
} unet_listed_image;

/* Starts zeroed; released with unet_image_list_free. */
typedef struct unet_image_list {
  unet_listed_image *items;
  size_t count, capacity;
  size_t skipped_results, skipped_masks; /* folders that were passed over, see below */
} unet_image_list;

/* Walks the inputs, folders in order of their names; the output folder `out` (which need not exist) is passed
 * over, and so are hidden entries, links that lead back up, and in walked folders those that hold a
 * predictions.json and MVTec's ground_truth. Pictures in formats that are not read are
 * problems. UNET_BAD_INPUT: an input that does not exist, no image at all; UNET_USAGE: two images with the
 * same target, a target's file (TARGET_ENDING.png) that is an input, an output folder that is an input. */
unet_status unet_image_list_make(unet_image_list *list, const char *const *inputs, size_t n_inputs,
                                 const char *out, const char *const *endings, size_t n_endings,
                                 unet_problems *problems);
void unet_image_list_free(unet_image_list *list);

#endif
