#include "report/image_list.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/dataset.h"

typedef struct walk {
  unet_image_list *list;
  unet_problems *problems;
  const struct stat *out; /* NULL: there is no such folder yet */
} walk;

/* The folders from the input down to the one in hand. */
typedef struct walked_folder {
  struct stat identity;
  const struct walked_folder *parent;
} walked_folder;

static bool is_same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* --- walking ------------------------------------------------------------------------------------------ */

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

static unet_status add_images(walk *w, const char *folder, const char *below) {
  unet_names names = {0};
  UNET_TRY(unet_list_images(&names, folder, w->problems));
  unet_status status = UNET_OK;
  for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
    char *path = NULL;
    status = unet_path_join(&path, folder, names.items[i]);
    if (status == UNET_OK) status = add_image(w->list, path, below);
    free(path);
  }
  unet_names_free(&names);
  return status;
}

static unet_status add_folder(walk *w, const char *path, const char *below, const walked_folder *parent);

static unet_status add_subfolder(walk *w, const char *folder, const char *below, const char *name,
                                 const walked_folder *here) {
  char *path = NULL, *deeper = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_path_join(&path, folder, name));
  UNET_TRY_GOTO(done, unet_path_join(&deeper, below, name));
  status = add_folder(w, path, deeper, here);
done:
  free(path);
  free(deeper);
  return status;
}

static bool holds(const char *folder, const char *name) {
  char *path = NULL;
  const bool found = unet_path_join(&path, folder, name) == UNET_OK && unet_path_exists(path);
  free(path);
  return found;
}

/* Results of predict, and the masks of an MVTec category, are no pictures to mark, unless they are named. */
static bool is_skipped(walk *w, const char *folder, const char *name) {
  char *path = NULL;
  if (strcmp(name, "ground_truth") == 0 && holds(folder, "test")) {
    w->list->skipped_masks++;
    return true;
  }
  const bool results = unet_path_join(&path, folder, name) == UNET_OK && holds(path, "predictions.json");
  w->list->skipped_results += results;
  free(path);
  return results;
}

/* Whether the folder is the output's, or one that it lies in itself (through a link). */
static bool is_passed_over(const walk *w, const walked_folder *here) {
  if (w->out && is_same_file(&here->identity, w->out)) return true;
  for (const walked_folder *above = here->parent; above; above = above->parent) {
    if (is_same_file(&here->identity, &above->identity)) return true;
  }
  return false;
}

static unet_status add_folder(walk *w, const char *path, const char *below, const walked_folder *parent) {
  walked_folder here = {.parent = parent};
  unet_names names = {0};
  if (stat(path, &here.identity) == 0 && is_passed_over(w, &here)) return UNET_OK;
  UNET_TRY(add_images(w, path, below));
  UNET_TRY(unet_list_folder(&names, path, UNET_ENTRY_FOLDER));
  unet_status status = UNET_OK;
  for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
    if (!is_skipped(w, path, names.items[i])) status = add_subfolder(w, path, below, names.items[i], &here);
  }
  unet_names_free(&names);
  return status;
}

static unet_status add_input(walk *w, const char *input) {
  struct stat identity;
  if (stat(input, &identity) != 0)
    return unet_fail(UNET_BAD_INPUT, "%s: no such file or folder; check the path", input);
  if (!S_ISDIR(identity.st_mode)) return add_image(w->list, input, "");
  if (w->out && is_same_file(&identity, w->out))
    return unet_fail(UNET_USAGE,
                     "%s: the results would go among the pictures; choose another folder with --out", input);
  return add_folder(w, input, "", NULL);
}

/* --- what would be written ---------------------------------------------------------------------------- */

static int by_target(const void *a, const void *b) {
  const unet_listed_image *left = *(unet_listed_image *const *)a, *right = *(unet_listed_image *const *)b;
  return strcmp(left->target, right->target);
}

static unet_status refuse_same_target(const unet_listed_image *one, const unet_listed_image *other) {
  struct stat first, second;
  if (stat(one->path, &first) == 0 && stat(other->path, &second) == 0 && is_same_file(&first, &second))
    return unet_fail(UNET_USAGE, "%s is named twice; name it, or its folder, once", one->path);
  return unet_fail(UNET_USAGE,
                   "%s and %s would both be written as %s_mask.png; rename one or predict them apart",
                   one->path, other->path, one->target);
}

static unet_status check_targets(const unet_image_list *list) {
  const unet_listed_image **sorted = NULL;
  UNET_TRY(unet_alloc_array((void *)&sorted, list->count, sizeof(unet_listed_image *)));
  for (size_t i = 0; i < list->count; i++) sorted[i] = &list->items[i];
  qsort((void *)sorted, list->count, sizeof(unet_listed_image *), by_target);
  unet_status status = UNET_OK;
  for (size_t i = 1; i < list->count && status == UNET_OK; i++) {
    if (strcmp(sorted[i - 1]->target, sorted[i]->target) != 0) continue;
    status = refuse_same_target(sorted[i - 1], sorted[i]);
  }
  free((void *)sorted);
  return status;
}

/* A file that is to be read. */
typedef struct source_file {
  struct stat identity;
  const char *path;
} source_file;

static int by_identity(const void *a, const void *b) {
  const struct stat *left = &((const source_file *)a)->identity, *right = &((const source_file *)b)->identity;
  if (left->st_dev != right->st_dev) return left->st_dev < right->st_dev ? -1 : 1;
  return (left->st_ino > right->st_ino) - (left->st_ino < right->st_ino);
}

static unet_status check_result(const char *result, const source_file *sources, size_t count) {
  source_file key = {.path = result};
  if (stat(result, &key.identity) != 0) return UNET_OK;
  const source_file *found = bsearch(&key, sources, count, sizeof *sources, by_identity);
  if (!found) return UNET_OK;
  return unet_fail(UNET_USAGE, "%s would be replaced by a result; choose another folder with --out",
                   found->path);
}

/* No result may replace an image that is to be read. */
static unet_status check_sources(const unet_image_list *list, const char *out, const char *const *endings,
                                 size_t n_endings) {
  source_file *sources = NULL;
  size_t count = 0;
  if (!unet_path_is_folder(out)) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&sources, list->count, sizeof *sources));
  for (size_t i = 0; i < list->count; i++) {
    sources[count].path = list->items[i].path;
    count += stat(list->items[i].path, &sources[count].identity) == 0;
  }
  if (count) qsort(sources, count, sizeof *sources, by_identity);
  unet_status status = UNET_OK;
  for (size_t i = 0; i < list->count * n_endings && status == UNET_OK; i++) {
    char *result = NULL;
    status = unet_format_text(&result, "%s/%s_%s.png", out, list->items[i / n_endings].target,
                              endings[i % n_endings]);
    if (status == UNET_OK) status = check_result(result, sources, count);
    free(result);
  }
  free(sources);
  return status;
}

static unet_status list_inputs(walk *w, const char *const *inputs, size_t n_inputs) {
  for (size_t i = 0; i < n_inputs; i++) UNET_TRY(add_input(w, inputs[i]));
  if (w->list->count > 0) return check_targets(w->list);
  if (w->problems->count > 0) return unet_fail(UNET_BAD_INPUT, "%s", w->problems->lines[0]);
  return unet_fail(UNET_BAD_INPUT, "%s: no image in it (PNG, JPEG, BMP, TGA or PNM); check the path",
                   n_inputs ? inputs[0] : "no input");
}

unet_status unet_image_list_make(unet_image_list *list, const char *const *inputs, size_t n_inputs,
                                 const char *out, const char *const *endings, size_t n_endings,
                                 unet_problems *problems) {
  unet_image_list result = {0};
  struct stat identity;
  walk w = {.list = &result, .problems = problems};
  if (stat(out, &identity) == 0) w.out = &identity;
  unet_status status = list_inputs(&w, inputs, n_inputs);
  if (status == UNET_OK) status = check_sources(&result, out, endings, n_endings);
  if (status != UNET_OK) {
    unet_image_list_free(&result);
    return status;
  }
  *list = result;
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
