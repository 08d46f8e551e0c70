#include "data/out_folder.h"

#include <string.h>

#include "base/path.h"
#include "data/image.h"

static bool is_among(const char *name, const char *const *list) {
  for (; list && *list; list++) {
    if (strcmp(name, *list) == 0) return true;
  }
  return false;
}

/* What the names in a folder tell of it. */
typedef struct contents {
  bool marked, has_pictures, has_foreign_pictures;
} contents;

static void look_at(contents *found, const unet_names *names, const char *const *marks,
                    const char *const *pictures) {
  for (size_t i = 0; i < names->count; i++) {
    const char *name = names->items[i];
    const bool picture = unet_image_has_known_extension(name);
    found->marked = found->marked || is_among(name, marks);
    found->has_pictures = found->has_pictures || picture;
    if (picture && pictures && !is_among(name, pictures)) found->has_foreign_pictures = true;
  }
}

unet_status unet_out_folder_check(const char *folder, const char *const *marks, const char *const *pictures) {
  unet_names files = {0}, folders = {0};
  contents found = {0};
  unet_status status = UNET_OK;
  if (!unet_path_is_folder(folder)) return UNET_OK;
  UNET_TRY_GOTO(done, unet_list_folder(&files, folder, UNET_ENTRY_FILE));
  UNET_TRY_GOTO(done, unet_list_folder(&folders, folder, UNET_ENTRY_FOLDER));
  look_at(&found, &files, marks, pictures);
  const bool refused = found.has_foreign_pictures || (files.count + folders.count > 0 && !found.marked);
  if (refused && found.has_pictures) {
    status = unet_fail(
        UNET_USAGE, "%s: the results would go among the pictures; choose another folder with --out", folder);
  } else if (refused) {
    status = unet_fail(
        UNET_USAGE, "%s: already holds something else; empty it or choose another folder with --out", folder);
  }
done:
  unet_names_free(&files);
  unet_names_free(&folders);
  return status;
}
