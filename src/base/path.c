#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

unet_status unet_path_join(char **out, const char *folder, const char *name) {
  size_t length = strlen(folder);
  const char *slash = length == 0 || folder[length - 1] == '/' ? "" : "/";
  return unet_format_text(out, "%s%s%s", folder, slash, name);
}

const char *unet_path_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

const char *unet_path_extension(const char *path) {
  const char *name = unet_path_name(path);
  const char *dot = strrchr(name, '.');
  return dot && dot != name ? dot + 1 : "";
}

unet_status unet_path_stem(char **out, const char *path) {
  const char *name = unet_path_name(path);
  const char *dot = strrchr(name, '.');
  size_t length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
  return unet_format_text(out, "%.*s", (int)length, name);
}

bool unet_path_exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0;
}

bool unet_path_is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static unet_status make_folder(const char *path) {
  if (mkdir(path, 0777) == 0 || (errno == EEXIST && unet_path_is_folder(path))) return UNET_OK;
  return unet_fail(UNET_NO_RESOURCE, "%s: the folder cannot be made (%s); choose another place", path,
                   errno == EEXIST ? "a file of that name is in the way" : strerror(errno));
}

unet_status unet_make_folders(const char *path) {
  char *partial = NULL;
  UNET_TRY(unet_copy_text(&partial, path));
  unet_status status = UNET_OK;
  for (char *slash = strchr(partial + (*partial == '/'), '/'); slash && status == UNET_OK;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    status = make_folder(partial);
    *slash = '/';
  }
  if (status == UNET_OK && *partial) status = make_folder(partial);
  free(partial);
  return status;
}

unet_status unet_path_first_missing(char **first, const char *path) {
  char *partial = NULL;
  *first = NULL;
  if (!*path) return UNET_OK;
  UNET_TRY(unet_copy_text(&partial, path));
  for (char *c = partial + 1;; c++) {
    if (*c != '/' && *c != '\0') continue;
    char kept = *c;
    *c = '\0';
    if (!unet_path_exists(partial)) {
      *first = partial;
      return UNET_OK;
    }
    *c = kept;
    if (kept == '\0') break;
  }
  free(partial);
  return UNET_OK;
}

void unet_remove_made_folders(const char *path, const char *first) {
  char *partial = NULL;
  if (!first || unet_copy_text(&partial, path) != UNET_OK) return;
  for (size_t length = strlen(partial), shortest = strlen(first); length >= shortest; length--) {
    if (partial[length] != '/' && partial[length] != '\0') continue;
    partial[length] = '\0';
    (void)rmdir(partial);
  }
  free(partial);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool entry_is(const char *path, unet_entry_kind kind) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  return kind == UNET_ENTRY_FOLDER ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode);
}

static unet_status add_name(unet_names *names, size_t *capacity, const char *name) {
  UNET_TRY(unet_grow_array((void *)&names->items, capacity, names->count + 1, sizeof *names->items));
  UNET_TRY(unet_copy_text(&names->items[names->count], name));
  names->count++;
  return UNET_OK;
}

unet_status unet_list_folder(unet_names *out, const char *folder, unet_entry_kind kind) {
  DIR *handle = opendir(*folder ? folder : ".");
  if (!handle) {
    return unet_fail(UNET_BAD_INPUT, "%s: the folder cannot be read (%s); check the path", folder,
                     strerror(errno));
  }
  unet_names names = {0};
  size_t capacity = 0;
  unet_status status = UNET_OK;
  for (struct dirent *entry = readdir(handle); entry && status == UNET_OK; entry = readdir(handle)) {
    if (entry->d_name[0] == '.') continue;
    char *path = NULL;
    status = unet_path_join(&path, folder, entry->d_name);
    if (status == UNET_OK && entry_is(path, kind)) status = add_name(&names, &capacity, entry->d_name);
    free(path);
  }
  closedir(handle);
  if (status != UNET_OK) {
    unet_names_free(&names);
    return status;
  }
  if (names.count) qsort(names.items, names.count, sizeof *names.items, compare_names);
  *out = names;
  return UNET_OK;
}

void unet_names_free(unet_names *names) {
  for (size_t i = 0; i < names->count; i++) free(names->items[i]);
  free(names->items);
  *names = (unet_names){0};
}
