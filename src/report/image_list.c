#include "report/image_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/image.h"

enum { DEEPEST = 64 }; /* folders within folders; a link may lead in a circle */

/* `folder` is where the image lies below the input, "" for the input itself. */
static unet_status add_image(unet_image_list *list, const char *path, const char *folder) {
  UNET_TRY(unet_grow_array((void *)&list->items, &list->capacity, list->count + 1, sizeof *list->items));
  unet_listed_image image = {0};
  char *stem = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_copy_text(&image.path, path));
  UNET_TRY_GOTO(done, unet_path_stem(&stem, path));
  UNET_TRY_GOTO(done, unet_path_join(&image.target, folder, stem));
done:
  free(stem);
  if (status != UNET_OK) {
    free(image.path);
    free(image.target);
    return status;
  }
  list->items[list->count++] = image;
  return UNET_OK;
}

static unet_status add_folder(unet_image_list *list, const char *path, const char *below, int depth);

/* One entry of a folder, a file or a folder. */
static unet_status add_entry(unet_image_list *list, const char *folder, const char *below, const char *name,
                             unet_entry_kind kind, int depth) {
  char *path = NULL, *deeper = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_path_join(&path, folder, name));
  UNET_TRY_GOTO(done, unet_path_join(&deeper, below, name));
  if (kind == UNET_ENTRY_FOLDER) {
    status = add_folder(list, path, deeper, depth + 1);
  } else if (unet_image_has_known_extension(path)) {
    status = add_image(list, path, below);
  }
done:
  free(path);
  free(deeper);
  return status;
}

static unet_status add_folder(unet_image_list *list, const char *path, const char *below, int depth) {
  if (depth > DEEPEST)
    return unet_fail(UNET_BAD_INPUT, "%s: the folders lie too deep; name one of them", path);
  for (int kind = UNET_ENTRY_FILE; kind <= UNET_ENTRY_FOLDER; kind++) {
    unet_names names = {0};
    UNET_TRY(unet_list_folder(&names, path, (unet_entry_kind)kind));
    unet_status status = UNET_OK;
    for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
      status = add_entry(list, path, below, names.items[i], (unet_entry_kind)kind, depth);
    }
    unet_names_free(&names);
    UNET_TRY(status);
  }
  return UNET_OK;
}

static int by_target(const void *a, const void *b) {
  const unet_listed_image *left = *(unet_listed_image *const *)a, *right = *(unet_listed_image *const *)b;
  return strcmp(left->target, right->target);
}

static unet_status check_targets(const unet_image_list *list) {
  const unet_listed_image **sorted = NULL;
  UNET_TRY(unet_alloc_array((void *)&sorted, list->count, sizeof(unet_listed_image *)));
  for (size_t i = 0; i < list->count; i++) sorted[i] = &list->items[i];
  qsort((void *)sorted, list->count, sizeof(unet_listed_image *), by_target);
  unet_status status = UNET_OK;
  for (size_t i = 1; i < list->count && status == UNET_OK; i++) {
    if (strcmp(sorted[i - 1]->target, sorted[i]->target) != 0) continue;
    status = unet_fail(UNET_USAGE,
                       "%s and %s would both be written as %s_mask.png; rename one or predict them apart",
                       sorted[i - 1]->path, sorted[i]->path, sorted[i]->target);
  }
  free((void *)sorted);
  return status;
}

static unet_status add_inputs(unet_image_list *list, const char *const *inputs, size_t n_inputs) {
  for (size_t i = 0; i < n_inputs; i++) {
    if (!unet_path_exists(inputs[i])) {
      return unet_fail(UNET_BAD_INPUT, "%s: no such file or folder; check the path", inputs[i]);
    }
    UNET_TRY(unet_path_is_folder(inputs[i]) ? add_folder(list, inputs[i], "", 0)
                                            : add_image(list, inputs[i], ""));
  }
  if (list->count == 0) {
    return unet_fail(UNET_BAD_INPUT, "%s: no image in it (PNG, JPEG, BMP, TGA or PNM); check the path",
                     n_inputs ? inputs[0] : "");
  }
  return check_targets(list);
}

unet_status unet_image_list_make(unet_image_list *out, const char *const *inputs, size_t n_inputs) {
  unet_image_list list = {0};
  unet_status status = add_inputs(&list, inputs, n_inputs);
  if (status != UNET_OK) {
    unet_image_list_free(&list);
    return status;
  }
  *out = list;
  return UNET_OK;
}

void unet_image_list_free(unet_image_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].path);
    free(list->items[i].target);
  }
  free(list->items);
  *list = (unet_image_list){0};
}
