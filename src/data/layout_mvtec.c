/* The layout of MVTec AD: CATEGORY/test/TYPE/NAME.png with CATEGORY/ground_truth/TYPE/NAME_mask.png,
 * CATEGORY/test/good and CATEGORY/train/good. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "data/dataset.h"

static bool has_subfolder(const char *folder, const char *name) {
  char *path = NULL;
  if (unet_path_join(&path, folder, name) != UNET_OK) return false;
  bool found = unet_path_is_folder(path);
  free(path);
  return found;
}

/* *text = the subfolders that are categories, "bottle, cable", or "" when there are none. */
static unet_status list_categories(char **text, size_t *count, const char *folder) {
  unet_names names = {0};
  char *list = NULL;
  *count = 0;
  UNET_TRY(unet_list_folder(&names, folder, UNET_ENTRY_FOLDER));
  unet_status status = unet_copy_text(&list, "");
  for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
    char *path = NULL, *longer = NULL;
    status = unet_path_join(&path, folder, names.items[i]);
    if (status == UNET_OK && has_subfolder(path, "test")) {
      status = unet_format_text(&longer, "%s%s%s", list, *count ? ", " : "", names.items[i]);
      if (status == UNET_OK) {
        free(list);
        list = longer;
        ++*count;
      }
    }
    free(path);
  }
  unet_names_free(&names);
  if (status != UNET_OK) {
    free(list);
    return status;
  }
  *text = list;
  return UNET_OK;
}

static unet_status refuse_root(const char *data, const char *category) {
  char *categories = NULL;
  size_t count = 0;
  unet_status status = list_categories(&categories, &count, data);
  if (status != UNET_OK) return status;
  if (category && has_subfolder(data, "test")) {
    status = unet_fail(UNET_BAD_INPUT, "%s: is a category itself, without %s in it; leave --category out",
                       data, category);
  } else if (category && count > 0) {
    status = unet_fail(UNET_BAD_INPUT, "%s: no category \"%s\"; there are: %s", data, category, categories);
  } else if (count > 0) {
    status = unet_fail(UNET_BAD_INPUT, "%s: holds categories, not pictures; choose one with --category: %s",
                       data, categories);
  } else {
    status = unet_fail(
        UNET_BAD_INPUT,
        "%s: no MVTec AD category, which has test/TYPE/NAME.png and ground_truth/TYPE/NAME_mask.png; "
        "name such a folder, or give --images and --masks",
        data);
  }
  free(categories);
  return status;
}

unet_status unet_mvtec_find_root(char **root, const char *data, const char *category) {
  if (!category && has_subfolder(data, "test")) return unet_copy_text(root, data);
  if (!category || !*category || strchr(category, '/')) return refuse_root(data, category);
  char *path = NULL;
  UNET_TRY(unet_path_join(&path, data, category));
  if (has_subfolder(path, "test")) {
    *root = path;
    return UNET_OK;
  }
  free(path);
  return refuse_root(data, category);
}

/* Good images need no mask. A data set may lack the folder. */
static unet_status add_good(unet_dataset *dataset, unet_item_role role, const char *subfolder,
                            unet_problems *problems) {
  char *folder = NULL;
  unet_names names = {0};
  UNET_TRY(unet_path_join(&folder, dataset->folder, subfolder));
  unet_status status = UNET_OK;
  if (unet_path_is_folder(folder)) status = unet_list_images(&names, folder, problems);
  for (size_t i = 0; i < names.count && status == UNET_OK; i++)
    status = unet_dataset_add(dataset, role, "good", subfolder, names.items[i], NULL);
  unet_names_free(&names);
  free(folder);
  return status;
}

static unet_status add_type(unet_dataset *dataset, const char *type, unet_problems *problems) {
  char *subfolder = NULL, *truth = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_path_join(&subfolder, "test", type));
  UNET_TRY_GOTO(done, unet_format_text(&truth, "%s/ground_truth/%s", dataset->folder, type));
  if (unet_path_is_folder(truth)) {
    status = unet_add_pairs(dataset, type, subfolder, truth, problems);
  } else {
    status = unet_problems_add(
        problems, "%s: no such folder; the masks of %s belong there, named NAME_mask.png", truth, subfolder);
  }
done:
  free(subfolder);
  free(truth);
  return status;
}

/* Takes "good" out of the names, and other spellings of it, which are problems. */
static unet_status drop_good(unet_names *types, const char *folder, unet_problems *problems) {
  size_t kept = 0;
  unet_status status = UNET_OK;
  for (size_t i = 0; i < types->count; i++) {
    char *name = types->items[i];
    if (strcasecmp(name, "good") != 0) {
      types->items[kept++] = name;
      continue;
    }
    if (status == UNET_OK && strcmp(name, "good") != 0)
      status = unet_problems_add(problems, "%s/test/%s: pictures without defects go in test/good; rename it",
                                 folder, name);
    free(name);
  }
  types->count = kept;
  return status;
}

static unet_status add_chosen(unet_dataset *dataset, const unet_names *types, const char *defects,
                              unet_problems *problems) {
  UNET_TRY(
      unet_check_types(defects, (const char *const *)types->items, types->count, dataset->folder, problems));
  for (size_t i = 0; i < types->count; i++) {
    if (unet_type_is_chosen(defects, types->items[i], (const char *const *)types->items, types->count))
      UNET_TRY(add_type(dataset, types->items[i], problems));
  }
  return UNET_OK;
}

static unet_status add_types(unet_dataset *dataset, const char *defects, unet_problems *problems) {
  char *test = NULL;
  unet_names types = {0};
  UNET_TRY(unet_path_join(&test, dataset->folder, "test"));
  unet_status status = unet_list_folder(&types, test, UNET_ENTRY_FOLDER);
  free(test);
  UNET_TRY(status);
  status = drop_good(&types, dataset->folder, problems);
  if (status == UNET_OK) status = add_chosen(dataset, &types, defects, problems);
  unet_names_free(&types);
  return status;
}

unet_status unet_layout_mvtec(unet_dataset *dataset, const char *defects, unet_problems *problems) {
  UNET_TRY(add_types(dataset, defects, problems));
  UNET_TRY(add_good(dataset, UNET_ITEM_GOOD_TRAIN, "train/good", problems));
  UNET_TRY(add_good(dataset, UNET_ITEM_GOOD_TEST, "test/good", problems));
  if (dataset->count || problems->count) return UNET_OK;
  return unet_problems_add(
      problems, "%s: no pictures in test/TYPE; put them there, e.g. test/scratch/000.png", dataset->folder);
}
