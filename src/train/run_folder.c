#include "train/run_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"
#include "data/out_folder.h"

static const char runs_folder[] = "runs", default_name[] = "train", lock_name[] = ".lock",
                  checkpoint_name[] = "last.safetensors", figures_name[] = "figures";

/* Without the checkpoint none of the others is worth anything, so it goes first. */
static const char *const run_files[] = {
    "last.safetensors",       "best.safetensors",   "log.csv", "config.json", "split.json", "report.html",
    "figures/comparison.png", "figures/overlay.png"};
enum { RUN_FILES = sizeof run_files / sizeof *run_files };

/* Any of them tells that a run is in the folder, or a cross-validation. */
static const char *const run_marks[] = {"last.safetensors", "best.safetensors", "log.csv",
                                        "config.json",      "split.json",       "report.html",
                                        "fold-1.json",      "crossval.json",    NULL};

/* --- names -------------------------------------------------------------------------------------------- */

/* 1 for "train", N for "train-N", 0 for any other name. */
static unsigned long number_of(const char *name) {
  size_t length = strlen(default_name);
  if (strncmp(name, default_name, length) != 0) return 0;
  if (name[length] == '\0') return 1;
  if (name[length] != '-' || name[length + 1] < '1' || name[length + 1] > '9') return 0;
  char *end = NULL;
  unsigned long number = strtoul(name + length + 1, &end, 10);
  return *end == '\0' && number > 1 && number < ULONG_MAX ? number : 0;
}

static unet_status newest_number(unsigned long *out) {
  unet_names names = {0};
  *out = 0;
  if (!unet_path_is_folder(runs_folder)) return UNET_OK;
  UNET_TRY(unet_list_folder(&names, runs_folder, UNET_ENTRY_FOLDER));
  for (size_t i = 0; i < names.count; i++) {
    unsigned long number = number_of(names.items[i]);
    if (number > *out) *out = number;
  }
  unet_names_free(&names);
  return UNET_OK;
}

static unet_status default_path(char **out, unsigned long number) {
  if (number <= 1) return unet_path_join(out, runs_folder, default_name);
  return unet_format_text(out, "%s/%s-%lu", runs_folder, default_name, number);
}

static bool has_file(const char *folder, const char *name) {
  char *path = NULL;
  if (unet_path_join(&path, folder, name) != UNET_OK) return false;
  bool exists = unet_path_exists(path);
  free(path);
  return exists;
}

static bool holds_run(const char *folder) {
  for (size_t i = 0; i < RUN_FILES; i++) {
    if (has_file(folder, run_files[i])) return true;
  }
  return false;
}

bool unet_run_folder_is_crossval(const char *path) {
  return has_file(path, "fold-1.json") || has_file(path, "crossval.json");
}

unet_status unet_run_folder_file(char **path, const unet_run_folder *folder, const char *name) {
  return unet_path_join(path, folder->path, name);
}

bool unet_run_folder_has_checkpoint(const unet_run_folder *folder) {
  return has_file(folder->path, checkpoint_name);
}

/* --- removing ----------------------------------------------------------------------------------------- */

static void remove_file(const char *folder, const char *name) {
  char *path = NULL;
  if (unet_path_join(&path, folder, name) != UNET_OK) return;
  (void)remove(path); /* a folder only when it is empty */
  free(path);
}

static void remove_run(const unet_run_folder *folder) {
  for (size_t i = 0; i < RUN_FILES; i++) remove_file(folder->path, run_files[i]);
  remove_file(folder->path, figures_name);
}

void unet_run_folder_start(unet_run_folder *folder) {
  remove_run(folder);
  folder->started = true;
}

/* Files beside, left by a process that was killed while it wrote. */
static void remove_leftovers(const char *folder) {
  unet_names names = {0};
  if (unet_list_folder(&names, folder, UNET_ENTRY_FILE) != UNET_OK) return;
  for (size_t i = 0; i < names.count; i++) {
    for (size_t k = 0; k < RUN_FILES; k++) {
      size_t length = strlen(run_files[k]);
      if (strncmp(names.items[i], run_files[k], length) == 0 &&
          strncmp(names.items[i] + length, ".tmp-", 5) == 0) {
        remove_file(folder, names.items[i]);
      }
    }
  }
  unet_names_free(&names);
}

/* --- claiming ----------------------------------------------------------------------------------------- */

static unet_status cannot_lock(const char *path, int error) {
  if (error == EWOULDBLOCK)
    return unet_fail(UNET_NO_RESOURCE,
                     "%s: another process trains into this folder; choose another with --out", path);
  return unet_fail(UNET_NO_RESOURCE, "%s: the folder cannot be written (%s); choose another with --out", path,
                   strerror(error));
}

static bool is_same_file(int handle, const char *path) {
  struct stat open_one, named;
  return fstat(handle, &open_one) == 0 && stat(path, &named) == 0 && open_one.st_dev == named.st_dev &&
         open_one.st_ino == named.st_ino;
}

/* The lock dies with its process. Whoever releases it removes the file, so a lock on a file that is no longer
 * there counts for nothing and is taken anew. */
static unet_status lock_folder(unet_run_folder *folder) {
  char *path = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_path_join(&path, folder->path, lock_name));
  while (status == UNET_OK && !folder->locked) {
    int handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (handle < 0) {
      status = cannot_lock(folder->path, errno);
    } else if (flock(handle, LOCK_EX | LOCK_NB) != 0) {
      status = cannot_lock(folder->path, errno);
      close(handle);
    } else if (is_same_file(handle, path)) {
      folder->lock = handle;
      folder->locked = true;
    } else {
      close(handle);
    }
  }
  free(path);
  return status;
}

static unet_status claim_path(unet_run_folder *folder, unet_run_mode mode) {
  UNET_TRY(unet_path_first_missing(&folder->made, folder->path));
  UNET_TRY(unet_make_folders(folder->path));
  UNET_TRY(lock_folder(folder));
  if (mode == UNET_RUN_NEW && holds_run(folder->path)) {
    return unet_fail(
        UNET_USAGE,
        "%s: the folder holds a run; go on with --resume, replace it with --overwrite, or choose "
        "another with --out",
        folder->path);
  }
  remove_leftovers(folder->path);
  return unet_out_folder_check(folder->path, run_marks, NULL);
}

static unet_status claim(unet_run_folder *out, char *path, unet_run_mode mode) {
  unet_run_folder folder = {.path = path};
  unet_status status = claim_path(&folder, mode);
  if (status != UNET_OK) {
    unet_run_folder_release(&folder);
    return status;
  }
  *out = folder;
  return UNET_OK;
}

unet_status unet_run_folder_name(char **out, const char *path, unet_run_mode mode) {
  if (path) {
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    if (length == 0) return unet_fail(UNET_USAGE, "the folder's name is empty; give one with --out");
    return unet_format_text(out, "%.*s", (int)length, path);
  }
  unsigned long newest = 0;
  UNET_TRY(newest_number(&newest));
  return default_path(out, mode == UNET_RUN_NEW ? newest + 1 : newest);
}

/* Where the name was not given, another process may take it first. */
unet_status unet_run_folder_claim(unet_run_folder *out, const char *path, unet_run_mode mode) {
  enum { ATTEMPTS = 100 };
  unet_status status = UNET_OK;
  int attempts = path || mode != UNET_RUN_NEW ? 1 : ATTEMPTS;
  for (int i = 0; i < attempts; i++) {
    char *name = NULL;
    UNET_TRY(unet_run_folder_name(&name, path, mode));
    status = claim(out, name, mode);
    if (status == UNET_OK) return UNET_OK;
  }
  return status;
}

void unet_run_folder_release(unet_run_folder *folder) {
  if (folder->locked) {
    if (folder->started && !unet_run_folder_has_checkpoint(folder)) remove_run(folder);
    remove_file(folder->path, lock_name);
    close(folder->lock);
  }
  if (folder->path && !unet_run_folder_has_checkpoint(folder))
    unet_remove_made_folders(folder->path, folder->made);
  free(folder->path);
  free(folder->made);
  *folder = (unet_run_folder){0};
}
