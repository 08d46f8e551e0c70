/* Paths and folders. */
#ifndef UNETCL_BASE_PATH_H
#define UNETCL_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* *out = folder/name; the caller frees it. An empty folder gives just the name. */
unet_status unet_path_join(char **out, const char *folder, const char *name);

/* The part after the last slash; points into `path`. */
const char *unet_path_name(const char *path);

/* The last extension without its dot, or ""; points into `path`. */
const char *unet_path_extension(const char *path);

/* *out = the file name without folder and last extension; the caller frees it. */
unet_status unet_path_stem(char **out, const char *path);

bool unet_path_exists(const char *path);
bool unet_path_is_folder(const char *path);

/* Makes the folder and its parents where missing. UNET_NO_RESOURCE when that fails. */
unet_status unet_make_folders(const char *path);

/* *first = the topmost part of the path that does not exist yet (the caller frees it), or NULL. Asked before
 * folders are made, it tells which to remove again if they turn out to be made for nothing. */
unet_status unet_path_first_missing(char **first, const char *path);
/* Removes the folder and its parents up to `first` (NULL: none), from the deepest up; those that hold
 * something stay. */
void unet_remove_made_folders(const char *path, const char *first);

/* Names of the entries of one kind in a folder, sorted by strcmp, hidden ones (leading dot) left out. */
typedef struct unet_names {
  char **items;
  size_t count;
} unet_names;

typedef enum unet_entry_kind { UNET_ENTRY_FILE, UNET_ENTRY_FOLDER } unet_entry_kind;

/* UNET_BAD_INPUT when the folder cannot be read. Release with unet_names_free. */
unet_status unet_list_folder(unet_names *out, const char *folder, unet_entry_kind kind);
void unet_names_free(unet_names *names);

#endif
