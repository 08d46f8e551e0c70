/* A data set: opening it by its layout, and its items. */
#include "data/dataset.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/survey.h"

unet_status unet_dataset_add(unet_dataset *dataset, unet_item_role role, const char *type,
                             const char *subfolder, const char *name, const char *mask) {
  char *relative = NULL, *path = NULL, *type_copy = NULL, *mask_copy = NULL;
  unet_status status = unet_grow_array((void *)&dataset->items, &dataset->capacity, dataset->count + 1,
                                       sizeof *dataset->items);
  if (status == UNET_OK) status = unet_path_join(&relative, subfolder, name);
  if (status == UNET_OK) status = unet_path_join(&path, dataset->folder, relative);
  if (status == UNET_OK) status = unet_copy_text(&type_copy, type);
  if (status == UNET_OK && mask) status = unet_copy_text(&mask_copy, mask);
  if (status != UNET_OK) {
    free(relative);
    free(path);
    free(type_copy);
    free(mask_copy);
    return status;
  }
  dataset->items[dataset->count++] =
      (unet_item){.image = path, .name = relative, .mask = mask_copy, .type = type_copy, .role = role};
  return UNET_OK;
}

static int compare_items(const void *a, const void *b) {
  const unet_item *first = a, *second = b;
  if (first->role != second->role) return first->role < second->role ? -1 : 1;
  int types = strcmp(first->type, second->type);
  return types ? types : strcmp(first->name, second->name);
}

/* split.json and the model file hold the names as JSON text. */
static unet_status check_names(const unet_dataset *dataset, unet_problems *problems) {
  for (size_t i = 0; i < dataset->count; i++) {
    json_t *text = json_string(dataset->items[i].name);
    if (!text) {
      UNET_TRY(unet_problems_add(problems, "%s: the file name is not valid UTF-8; rename the file",
                                 dataset->items[i].image));
    }
    json_decref(text);
  }
  return UNET_OK;
}

static unet_status check_options(const unet_dataset_options *options) {
  if (options->data && (options->images || options->masks))
    return unet_fail(UNET_USAGE, "--data and --images with --masks exclude each other; give one of them");
  if (!options->data && !(options->images && options->masks))
    return unet_fail(UNET_USAGE, "no data set is named; give --data, or --images and --masks");
  if (!options->data && options->category)
    return unet_fail(UNET_USAGE, "--category %s needs --data; leave it out for --images and --masks",
                     options->category);
  if (options->mask_threshold < -1 || options->mask_threshold > 65535)
    return unet_fail(UNET_USAGE,
                     "--mask-threshold %d makes no sense; give 0 to 254, up to 65534 for 16-bit masks",
                     options->mask_threshold);
  return UNET_OK;
}

/* Without slashes at the end, so that messages read well. */
static unet_status copy_folder(char **out, const char *folder) {
  size_t length = strlen(folder);
  while (length > 1 && folder[length - 1] == '/') length--;
  return unet_format_text(out, "%.*s", (int)length, folder);
}

static unet_status find_folders(unet_dataset *dataset, const unet_dataset_options *options) {
  if (options->data) {
    char *data = NULL;
    UNET_TRY(copy_folder(&data, options->data));
    unet_status status = unet_mvtec_find_root(&dataset->folder, data, options->category);
    free(data);
    return status;
  }
  UNET_TRY(copy_folder(&dataset->folder, options->images));
  return copy_folder(&dataset->masks_folder, options->masks);
}

static unet_status fill(unet_dataset *dataset, const char *defects, unet_problems *problems) {
  UNET_TRY(dataset->masks_folder ? unet_layout_pairs(dataset, defects, problems)
                                 : unet_layout_mvtec(dataset, defects, problems));
  if (dataset->count) qsort(dataset->items, dataset->count, sizeof *dataset->items, compare_items);
  return check_names(dataset, problems);
}

unet_status unet_dataset_list(unet_dataset **out, const unet_dataset_options *options,
                              unet_problems *problems) {
  unet_dataset *dataset = NULL;
  UNET_TRY(check_options(options));
  UNET_TRY(unet_alloc_array((void *)&dataset, 1, sizeof *dataset));
  dataset->mask_threshold = options->mask_threshold;
  dataset->types_chosen = options->defects != NULL;
  unet_status status = find_folders(dataset, options);
  if (status == UNET_OK) status = fill(dataset, options->defects, problems);
  if (status != UNET_OK) {
    unet_dataset_close(dataset);
    return status;
  }
  *out = dataset;
  return UNET_OK;
}

unet_status unet_dataset_open(unet_dataset **out, const unet_dataset_options *options,
                              unet_problem_fn on_problem, void *user) {
  *out = NULL;
  unet_dataset *dataset = NULL;
  unet_problems problems = {0};
  unet_status status = unet_dataset_list(&dataset, options, &problems);
  if (status == UNET_OK) status = unet_problems_tell(&problems, dataset->folder, on_problem, user);
  unet_problems_free(&problems);
  if (status != UNET_OK) {
    unet_dataset_close(dataset);
    return status;
  }
  *out = dataset;
  return UNET_OK;
}

static void free_text(const char *text) {
  char *owned = NULL;
  memcpy(&owned, &text, sizeof owned);
  free(owned);
}

void unet_dataset_close(unet_dataset *dataset) {
  if (!dataset) return;
  for (size_t i = 0; i < dataset->count; i++) {
    free_text(dataset->items[i].image);
    free_text(dataset->items[i].name);
    free_text(dataset->items[i].mask);
    free_text(dataset->items[i].type);
  }
  free(dataset->items);
  unet_survey_free(dataset->facts, dataset->count);
  free(dataset->folder);
  free(dataset->masks_folder);
  free(dataset);
}

size_t unet_dataset_count(const unet_dataset *dataset) { return dataset->count; }

const unet_item *unet_dataset_item(const unet_dataset *dataset, size_t index) {
  return &dataset->items[index];
}

const char *unet_dataset_folder(const unet_dataset *dataset) { return dataset->folder; }
