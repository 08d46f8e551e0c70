#include "unetcl/synth.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "data/image.h"
#include "data/synth_render.h"
#include "data/synth_scene.h"

enum { DEFECT_KINDS = 4, MAX_COUNT = 100000, MIN_SIZE = 32, MAX_SIZE = 4096 };

static const char *const kind_name[] = {"bent", "color", "flip", "scratch", "good"};

/* One picture to write. */
typedef struct synth_job {
  unet_synth_kind kind;
  char *image, *mask; /* paths; no mask for a good part */
} synth_job;

typedef struct synth_plan {
  const char *folder;
  const unet_synth_options *options;
  unet_names folders; /* to make, parents before children */
  synth_job *jobs;
  size_t count;
  atomic_bool stop; /* set when a picture fails: the rest need not be drawn */
} synth_plan;

static unet_status check_options(const unet_synth_options *options) {
  if (options->count < 1 || options->count > MAX_COUNT) {
    return unet_fail(UNET_USAGE, "count %zu: must be from 1 to %d images", options->count, MAX_COUNT);
  }
  if (options->size < MIN_SIZE || options->size > MAX_SIZE) {
    return unet_fail(UNET_USAGE, "size %zu: must be from %d to %d pixels", options->size, MIN_SIZE, MAX_SIZE);
  }
  return UNET_OK;
}

static unet_status check_folder(const char *folder) {
  if (!*folder) return unet_fail(UNET_USAGE, "the folder to write has no name; give one");
  if (!unet_path_exists(folder)) return UNET_OK;
  if (!unet_path_is_folder(folder)) {
    return unet_fail(UNET_NO_RESOURCE, "%s: is not a folder; choose another place", folder);
  }
  for (int kind = UNET_ENTRY_FILE; kind <= UNET_ENTRY_FOLDER; kind++) {
    unet_names names = {0};
    unet_status status = unet_list_folder(&names, folder, (unet_entry_kind)kind);
    size_t count = names.count;
    unet_names_free(&names);
    if (status != UNET_OK) {
      return unet_fail(UNET_NO_RESOURCE, "%s: cannot be read; choose another place", folder);
    }
    if (count > 0) {
      return unet_fail(UNET_NO_RESOURCE, "%s: already holds something; empty it or choose another folder",
                       folder);
    }
  }
  return UNET_OK;
}

static unet_status plan_folder(synth_plan *plan, const char *part, const char *name) {
  char **slot = &plan->folders.items[plan->folders.count];
  UNET_TRY(unet_format_text(slot, "%s/%s/%s", plan->folder, part, name));
  plan->folders.count++;
  return UNET_OK;
}

/* `count` pictures of one kind, numbered from 0, in folder/<part>/<kind>. */
static unet_status plan_kind(synth_plan *plan, const char *part, unet_synth_kind kind, size_t count) {
  const char *name = kind_name[kind];
  if (count > 0) UNET_TRY(plan_folder(plan, part, name));
  if (count > 0 && kind != UNET_SYNTH_GOOD) UNET_TRY(plan_folder(plan, "ground_truth", name));
  for (size_t i = 0; i < count; i++) {
    synth_job *job = &plan->jobs[plan->count++];
    job->kind = kind;
    UNET_TRY(unet_format_text(&job->image, "%s/%s/%s/%03zu.png", plan->folder, part, name, i));
    if (kind == UNET_SYNTH_GOOD) continue;
    UNET_TRY(unet_format_text(&job->mask, "%s/ground_truth/%s/%03zu_mask.png", plan->folder, name, i));
  }
  return UNET_OK;
}

static unet_status make_plan(synth_plan *plan) {
  size_t defects = plan->options->count;
  size_t train = defects / 2 > 0 ? defects / 2 : 1, test = defects / 4 > 0 ? defects / 4 : 1;
  UNET_TRY(unet_alloc_array((void *)&plan->jobs, defects + train + test, sizeof(synth_job)));
  UNET_TRY(unet_alloc_array((void *)&plan->folders.items, 2 * DEFECT_KINDS + 2, sizeof(char *)));
  for (size_t kind = 0; kind < DEFECT_KINDS; kind++) {
    size_t share = defects / DEFECT_KINDS + (kind < defects % DEFECT_KINDS);
    UNET_TRY(plan_kind(plan, "test", (unet_synth_kind)kind, share));
  }
  UNET_TRY(plan_kind(plan, "train", UNET_SYNTH_GOOD, train));
  return plan_kind(plan, "test", UNET_SYNTH_GOOD, test);
}

static void free_plan(synth_plan *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    free(plan->jobs[i].image);
    free(plan->jobs[i].mask);
  }
  free(plan->jobs);
  unet_names_free(&plan->folders);
}

static unet_status write_picture(const synth_plan *plan, size_t index) {
  const synth_job *job = &plan->jobs[index];
  unet_synth_scene scene;
  unet_synth_draw(&scene, plan->options->size, plan->options->seed, (uint32_t)index, job->kind);
  unet_image image = {0}, mask = {0};
  UNET_TRY(unet_synth_render(&image, &mask, &scene));
  unet_status status = unet_image_write_png(&image, job->image);
  if (status == UNET_OK && job->mask) status = unet_image_write_png(&mask, job->mask);
  unet_image_free(&image);
  unet_image_free(&mask);
  return status;
}

static unet_status run_job(void *user, size_t index) {
  synth_plan *plan = user;
  if (atomic_load(&plan->stop)) return UNET_OK;
  unet_status status = write_picture(plan, index);
  if (status != UNET_OK) atomic_store(&plan->stop, true);
  return status;
}

static unet_status write_all(synth_plan *plan) {
  for (size_t i = 0; i < plan->folders.count; i++) UNET_TRY(unet_make_folders(plan->folders.items[i]));
  return unet_parallel_for(plan->count, run_job, plan);
}

/* Length of the first part of the path that does not exist; past its end when all of it does. */
static size_t missing_from(const char *path) {
  char *prefix = NULL;
  size_t length = strlen(path), end = 1;
  if (unet_copy_text(&prefix, path) != UNET_OK) return length + 1;
  for (; end <= length; end++) {
    if (path[end] != '/' && path[end] != 0) continue;
    prefix[end] = 0;
    if (!unet_path_exists(prefix)) break;
    prefix[end] = path[end];
  }
  free(prefix);
  return end;
}

/* Removes the folder at `path` and its parents down to a path of `shortest` characters, while empty. */
static void remove_folders(const char *path, size_t shortest) {
  char *left = NULL;
  if (unet_copy_text(&left, path) != UNET_OK) return;
  for (size_t end = strlen(left); end >= shortest && rmdir(left) == 0;) {
    while (end > 0 && left[end - 1] != '/') end--;
    while (end > 0 && left[end - 1] == '/') end--;
    left[end] = 0;
  }
  free(left);
}

static void remove_all(const synth_plan *plan, size_t shortest) {
  for (size_t i = 0; i < plan->count; i++) {
    if (plan->jobs[i].image) unlink(plan->jobs[i].image);
    if (plan->jobs[i].mask) unlink(plan->jobs[i].mask);
  }
  size_t own = strlen(plan->folder) + 1;
  for (size_t i = 0; i < plan->folders.count; i++) remove_folders(plan->folders.items[i], own);
  remove_folders(plan->folder, shortest);
}

unet_status unet_synth_write(const char *folder, const unet_synth_options *options) {
  UNET_TRY(check_options(options));
  UNET_TRY(check_folder(folder));
  synth_plan plan = {.folder = folder, .options = options};
  atomic_init(&plan.stop, false);
  unet_status status = make_plan(&plan);
  size_t missing = missing_from(folder);
  if (status == UNET_OK) {
    status = write_all(&plan);
    if (status != UNET_OK) remove_all(&plan, missing);
  }
  free_plan(&plan);
  return status;
}
