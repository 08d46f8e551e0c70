#include "data/split_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"

typedef struct split_reader {
  const unet_dataset *dataset;
  const unet_split_text *text;
  const unet_item **by_name; /* all items, sorted by name */
  const char **listed;       /* per item: the list it was found in, or NULL */
  size_t missing;            /* names of no item that may be so */
} split_reader;

static int compare_by_name(const void *a, const void *b) {
  return strcmp((*(const unet_item *const *)a)->name, (*(const unet_item *const *)b)->name);
}

static unet_status start_reader(split_reader *reader) {
  size_t count = reader->dataset->count;
  UNET_TRY(unet_alloc_array((void *)&reader->by_name, count, sizeof(void *)));
  UNET_TRY(unet_alloc_array((void *)&reader->listed, count, sizeof *reader->listed));
  for (size_t i = 0; i < count; i++) reader->by_name[i] = &reader->dataset->items[i];
  if (count) qsort((void *)reader->by_name, count, sizeof(void *), compare_by_name);
  return UNET_OK;
}

static unet_status bad_form(const split_reader *reader, const char *what) {
  return unet_fail(UNET_BAD_INPUT,
                   "%s: %s; a split is {\"train\": [names], \"val\": [names]}, and \"select\" if wanted",
                   reader->text->origin, what);
}

static unet_status refuse_missing(const split_reader *reader, const char *list, const char *name) {
  return unet_fail(UNET_BAD_INPUT, "%s: \"%s\" in \"%s\" is not in the data set %s%s; %s",
                   reader->text->origin, name, list, reader->dataset->folder,
                   reader->dataset->types_chosen ? " or not chosen by --defects" : "", reader->text->remedy);
}

static unet_status mark_listed(split_reader *reader, size_t index, const char *list) {
  const char *origin = reader->text->origin, *before = reader->listed[index];
  const char *name = reader->dataset->items[index].name;
  if (before && strcmp(before, list) == 0)
    return unet_fail(UNET_BAD_INPUT, "%s: \"%s\" stands twice in \"%s\"; remove one", origin, name, list);
  if (before)
    return unet_fail(UNET_BAD_INPUT, "%s: \"%s\" is in both \"%s\" and \"%s\"; remove one", origin, name,
                     before, list);
  reader->listed[index] = list;
  return UNET_OK;
}

/* Adds the item of this name to those found of a list, or counts it as missing. */
static unet_status add_name(size_t *found, size_t *count, split_reader *reader, const char *list,
                            const char *name) {
  unet_item key = {.name = name};
  const unet_item *wanted = &key;
  const char *needed = reader->text->needed;
  const unet_item **item = bsearch((const void *)&wanted, (const void *)reader->by_name,
                                   reader->dataset->count, sizeof(void *), compare_by_name);
  if (!item && (!needed || strcmp(needed, list) == 0)) return refuse_missing(reader, list, name);
  if (!item) {
    reader->missing++;
    return UNET_OK;
  }
  found[*count] = (size_t)(*item - reader->dataset->items);
  return mark_listed(reader, found[(*count)++], list);
}

static int compare_sizes(const void *a, const void *b) {
  size_t first = *(const size_t *)a, second = *(const size_t *)b;
  return (first > second) - (first < second);
}

static unet_status read_list(size_t **out, size_t *count, split_reader *reader, const json_t *root,
                             const char *key, bool optional) {
  const json_t *names = json_object_get(root, key);
  if (!names && !optional) return bad_form(reader, "a list is missing");
  if (names && !json_is_array(names)) return bad_form(reader, "not every entry is a list");
  size_t total = json_array_size(names);
  UNET_TRY(unet_alloc_array((void *)out, total, sizeof **out));
  for (size_t i = 0; i < total; i++) {
    const char *name = json_string_value(json_array_get(names, i));
    if (!name) return bad_form(reader, "a list holds something else than names");
    UNET_TRY(add_name(*out, count, reader, key, name));
  }
  if (*count) qsort(*out, *count, sizeof **out, compare_sizes);
  return UNET_OK;
}

static unet_status read_lists(unet_split *split, split_reader *reader, json_t *root) {
  if (!json_is_object(root)) return bad_form(reader, "not a JSON object");
  const char *key = NULL;
  json_t *value = NULL;
  json_object_foreach(root, key, value) {
    if (strcmp(key, "train") != 0 && strcmp(key, "val") != 0 && strcmp(key, "select") != 0)
      return bad_form(reader, "an entry of unknown name");
  }
  UNET_TRY(read_list(&split->train, &split->n_train, reader, root, "train", false));
  UNET_TRY(read_list(&split->val, &split->n_val, reader, root, "val", false));
  UNET_TRY(read_list(&split->select, &split->n_select, reader, root, "select", true));
  if (json_array_size(json_object_get(root, "train")) > 0) return UNET_OK;
  return unet_fail(UNET_BAD_INPUT, "%s: \"train\" is empty; name images to train on", reader->text->origin);
}

unet_status unet_split_read(unet_split *out, size_t *missing, const unet_dataset *dataset,
                            const unet_split_text *text) {
  split_reader reader = {.dataset = dataset, .text = text};
  unet_split split = {0};
  json_error_t error;
  json_t *root = json_loads(text->json, JSON_REJECT_DUPLICATES, &error);
  if (!root) {
    return unet_fail(UNET_BAD_INPUT, "%s: not JSON in line %d (%s); correct it", text->origin, error.line,
                     error.text);
  }
  unet_status status = start_reader(&reader);
  if (status == UNET_OK) status = read_lists(&split, &reader, root);
  json_decref(root);
  free((void *)reader.by_name);
  free((void *)reader.listed);
  if (status != UNET_OK) {
    unet_split_free(&split);
    return status;
  }
  *out = split;
  *missing = reader.missing;
  return UNET_OK;
}

unet_status unet_split_parse(unet_split *out, const unet_dataset *dataset, const char *json,
                             const char *origin) {
  const unet_split_text text = {.json = json, .origin = origin, .remedy = "correct the name"};
  size_t missing = 0;
  return unet_split_read(out, &missing, dataset, &text);
}

unet_status unet_split_load(unet_split *out, const unet_dataset *dataset, const char *path) {
  char *text = NULL;
  size_t size = 0;
  UNET_TRY(unet_read_file(&text, &size, path));
  unet_status status =
      strlen(text) == size
          ? unet_split_parse(out, dataset, text, path)
          : unet_fail(UNET_BAD_INPUT, "%s: not JSON (it holds zero bytes); replace it", path);
  free(text);
  return status;
}

static json_t *name_list(const unet_dataset *dataset, const size_t *indices, size_t count) {
  json_t *names = json_array();
  for (size_t i = 0; i < count; i++) {
    if (json_array_append_new(names, json_string(dataset->items[indices[i]].name)) != 0) {
      json_decref(names);
      return NULL;
    }
  }
  return names;
}

unet_status unet_split_format(char **json, const unet_split *split, const unet_dataset *dataset) {
  json_t *root = json_object();
  int failed = json_object_set_new(root, "train", name_list(dataset, split->train, split->n_train));
  failed |= json_object_set_new(root, "val", name_list(dataset, split->val, split->n_val));
  if (split->n_select > 0)
    failed |= json_object_set_new(root, "select", name_list(dataset, split->select, split->n_select));
  char *text = failed ? NULL : json_dumps(root, JSON_INDENT(2));
  json_decref(root);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory: the split could not be written as text");
  *json = text;
  return UNET_OK;
}
