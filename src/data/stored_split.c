#include "data/stored_split.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

typedef struct finder {
  const unet_dataset *dataset;
  json_t *by_name; /* index of each item */
  const char *needed;
  bool chosen;
  size_t missing;
} finder;

static unet_status no_memory(void) { return unet_fail(UNET_NO_RESOURCE, "out of memory: the split"); }

static unet_status list_names(finder *f) {
  f->by_name = json_object();
  for (size_t i = 0; i < f->dataset->count; i++) {
    if (json_object_set_new(f->by_name, f->dataset->items[i].name, json_integer((json_int_t)i)) != 0)
      return no_memory();
  }
  return f->by_name ? UNET_OK : no_memory();
}

static unet_status refuse(const finder *f, const char *list, const char *name) {
  return unet_fail(
      UNET_BAD_INPUT,
      "%s: %s, which the model %s, is not there%s; give the data set that it was trained with, or for "
      "other data --split all",
      f->dataset->folder, name, strcmp(list, "val") == 0 ? "held out" : "was trained on",
      f->chosen ? " or not chosen by --defects" : "");
}

static int compare_sizes(const void *a, const void *b) {
  const size_t first = *(const size_t *)a, second = *(const size_t *)b;
  return (first > second) - (first < second);
}

static unet_status find_list(size_t **out, size_t *count, finder *f, const json_t *root, const char *list) {
  const json_t *names = json_object_get(root, list);
  UNET_TRY(unet_alloc_array((void *)out, json_array_size(names), sizeof **out));
  for (size_t i = 0; i < json_array_size(names); i++) {
    const char *name = json_string_value(json_array_get(names, i));
    const json_t *index = name ? json_object_get(f->by_name, name) : NULL;
    if (index) {
      (*out)[(*count)++] = (size_t)json_integer_value(index);
    } else if (strcmp(list, f->needed) == 0) {
      return refuse(f, list, name ? name : "?");
    } else {
      f->missing++;
    }
  }
  if (*count) qsort(*out, *count, sizeof **out, compare_sizes);
  return UNET_OK;
}

static unet_status find_lists(unet_split *split, finder *f, const json_t *root) {
  UNET_TRY(list_names(f));
  UNET_TRY(find_list(&split->train, &split->n_train, f, root, "train"));
  UNET_TRY(find_list(&split->val, &split->n_val, f, root, "val"));
  return find_list(&split->select, &split->n_select, f, root, "select");
}

unet_status unet_stored_split_find(unet_split *out, size_t *missing, const unet_dataset *dataset,
                                   const char *json, const char *needed, bool chosen) {
  finder f = {.dataset = dataset, .needed = needed, .chosen = chosen};
  unet_split split = {0};
  json_t *root = json_loads(json, 0, NULL);
  unet_status status = json_is_object(root)
                           ? find_lists(&split, &f, root)
                           : unet_fail(UNET_BAD_INPUT, "the model's split is not JSON; use --split all");
  json_decref(root);
  json_decref(f.by_name);
  if (status != UNET_OK) {
    unet_split_free(&split);
    return status;
  }
  *out = split;
  *missing = f.missing;
  return UNET_OK;
}
