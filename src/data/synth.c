#include "unetcl/synth.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "data/image.h"
#include "data/synth_render.h"
#include "data/synth_scene.h"

enum {
  DEFECT_KINDS = 4,
  MOST_FOLDERS = 2 * DEFECT_KINDS + 2,
  MAX_COUNT = 100000,
  MIN_SIZE = 32,
  MAX_SIZE = 4096
};

static const char *const kind_name[] = {"bent", "color", "flip", "scratch", "good"};

/* One picture to write. */
typedef struct synth_job {
  unet_synth_kind kind;
  char *image, *mask; /* paths; no mask for a good part */
} synth_job;

typedef struct synth_plan {
  const char *folder;
  const unet_synth_options *options;
  unet_names folders; /* to make */
  unet_names missing; /* the topmost part of each that was not there, NULL where all was */
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
  return unet_path_first_missing(&plan->missing.items[plan->missing.count++], *slot);
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
  UNET_TRY(unet_alloc_array((void *)&plan->folders.items, MOST_FOLDERS, sizeof(char *)));
  UNET_TRY(unet_alloc_array((void *)&plan->missing.items, MOST_FOLDERS, sizeof(char *)));
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
  unet_names_free(&plan->missing);
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

static void remove_all(const synth_plan *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    if (plan->jobs[i].image) unlink(plan->jobs[i].image);
    if (plan->jobs[i].mask) unlink(plan->jobs[i].mask);
  }
  for (size_t i = 0; i < plan->folders.count; i++)
    unet_remove_made_folders(plan->folders.items[i], plan->missing.items[i]);
}

unet_status unet_synth_write(const char *folder, const unet_synth_options *options) {
  UNET_TRY(check_options(options));
  UNET_TRY(check_folder(folder));
  synth_plan plan = {.folder = folder, .options = options};
  atomic_init(&plan.stop, false);
  unet_status status = make_plan(&plan);
  if (status == UNET_OK) {
    status = write_all(&plan);
    if (status != UNET_OK) remove_all(&plan);
  }
  free_plan(&plan);
  return status;
}
