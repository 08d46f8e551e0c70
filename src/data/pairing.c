/* Pairing images with their masks by file stem. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "data/dataset.h"

/* Pictures in a format that is not read must not be passed over in silence. */
static bool has_foreign_extension(const char *name) {
  static const char *const foreign[] = {"tif",  "tiff", "gif", "webp", "heic", "heif",
                                        "avif", "jp2",  "exr", "psd",  "jxl",  "pam"};
  const char *extension = unet_path_extension(name);
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
    if (strcasecmp(extension, foreign[i]) == 0) return true;
  }
  return false;
}

static unet_status refuse_folders(const char *folder, unet_problems *problems) {
  unet_names names = {0};
  UNET_TRY(unet_list_folder(&names, folder, UNET_ENTRY_FOLDER));
  unet_status status = UNET_OK;
  for (size_t i = 0; i < names.count && status == UNET_OK; i++) {
    if (unet_image_has_known_extension(names.items[i]))
      status = unet_problems_add(problems, "%s/%s: a folder where a picture should be; rename or remove it",
                                 folder, names.items[i]);
  }
  unet_names_free(&names);
  return status;
}

unet_status unet_list_images(unet_names *out, const char *folder, unet_problems *problems) {
  unet_names names = {0};
  UNET_TRY(refuse_folders(folder, problems));
  UNET_TRY(unet_list_folder(&names, folder, UNET_ENTRY_FILE));
  unet_status status = UNET_OK;
  size_t kept = 0;
  for (size_t i = 0; i < names.count; i++) {
    char *name = names.items[i];
    if (unet_image_has_known_extension(name)) {
      names.items[kept++] = name;
      continue;
    }
    if (status == UNET_OK && has_foreign_extension(name))
      status =
          unet_problems_add(problems, "%s/%s: not a format that is read; convert it to PNG", folder, name);
    free(name);
  }
  names.count = kept;
  if (status != UNET_OK) {
    unet_names_free(&names);
    return status;
  }
  *out = names;
  return UNET_OK;
}

/* What a mask's stem may add to its image's. */
static const char *const suffixes[] = {"_mask", "_label", "_gt"};
enum { SUFFIXES = sizeof suffixes / sizeof *suffixes };

static size_t stem_length(const char *name) {
  const char *extension = unet_path_extension(name);
  return *extension ? (size_t)(extension - name) - 1 : strlen(name);
}

static bool ends_like_a_mask(const char *name) {
  size_t length = stem_length(name);
  for (size_t i = 0; i < SUFFIXES; i++) {
    size_t extra = strlen(suffixes[i]);
    if (length > extra && memcmp(name + length - extra, suffixes[i], extra) == 0) return true;
  }
  return false;
}

/* Whether the name's stem is `stem`, or that and a mask's ending. */
static bool is_mask_of(const char *name, const char *stem, size_t length) {
  size_t whole = stem_length(name);
  if (whole < length || memcmp(name, stem, length) != 0) return false;
  if (whole == length) return true;
  for (size_t i = 0; i < SUFFIXES; i++) {
    size_t extra = strlen(suffixes[i]);
    if (whole == length + extra && memcmp(name + length, suffixes[i], extra) == 0) return true;
  }
  return false;
}

typedef struct pairing {
  const char *images_folder, *masks_folder;
  unet_names images, masks;
  unet_problems *problems;
} pairing;

/* Index of the first name that is not before the stem; names that begin with it follow there. */
static size_t first_with_stem(const unet_names *names, const char *stem, size_t length) {
  size_t low = 0, high = names->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strncmp(names->items[middle], stem, length) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* A mask cannot tell between images of one stem. */
static unet_status check_stem_is_alone(const pairing *pairs, size_t index) {
  const char *name = pairs->images.items[index];
  size_t length = stem_length(name);
  for (size_t i = index + 1; i < pairs->images.count; i++) {
    const char *other = pairs->images.items[i];
    if (strncmp(other, name, length) != 0) break;
    if (stem_length(other) != length) continue;
    UNET_TRY(unet_problems_add(pairs->problems,
                               "%s/%s: another image has that name too (%s); rename or remove one",
                               pairs->images_folder, other, name));
  }
  return UNET_OK;
}

/* *mask = the name of the image's only mask, or NULL after a problem. */
static unet_status find_mask(const char **mask, const pairing *pairs, const char *image) {
  size_t length = stem_length(image);
  const char *found = NULL;
  *mask = NULL;
  for (size_t i = first_with_stem(&pairs->masks, image, length); i < pairs->masks.count; i++) {
    const char *name = pairs->masks.items[i];
    if (strncmp(name, image, length) != 0) break;
    if (!is_mask_of(name, image, length)) continue;
    if (found) {
      return unet_problems_add(pairs->problems, "%s/%s: two masks in %s (%s, %s); remove one",
                               pairs->images_folder, image, pairs->masks_folder, found, name);
    }
    found = name;
  }
  *mask = found;
  if (found) return UNET_OK;
  return unet_problems_add(pairs->problems,
                           "%s/%s: no mask in %s; add %.*s_mask.png (all 0 where nothing is wrong)",
                           pairs->images_folder, image, pairs->masks_folder, (int)length, image);
}

static unet_status add_all(unet_dataset *dataset, const char *type, const char *subfolder,
                           const pairing *pairs) {
  const size_t before = dataset->count;
  for (size_t i = 0; i < pairs->images.count; i++) {
    const char *image = pairs->images.items[i], *mask = NULL;
    char *path = NULL;
    UNET_TRY(check_stem_is_alone(pairs, i));
    UNET_TRY(find_mask(&mask, pairs, image));
    if (!mask) continue;
    UNET_TRY(unet_path_join(&path, pairs->masks_folder, mask));
    unet_status status = unet_dataset_add(dataset, UNET_ITEM_LABELLED, type, subfolder, image, path);
    free(path);
    UNET_TRY(status);
  }
  const size_t used = dataset->count - before;
  if (pairs->masks.count > used) dataset->spare_masks += pairs->masks.count - used;
  return UNET_OK;
}

static bool is_same_folder(const char *a, const char *b) {
  struct stat first, second;
  return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/* Keeps the names that end like a mask, or those that do not. */
static void keep_masks(unet_names *names, bool masks) {
  size_t kept = 0;
  for (size_t i = 0; i < names->count; i++) {
    char *name = names->items[i];
    if (ends_like_a_mask(name) == masks) {
      names->items[kept++] = name;
    } else {
      free(name);
    }
  }
  names->count = kept;
}

static size_t count_named_like_masks(const unet_names *names) {
  size_t count = 0;
  for (size_t i = 0; i < names->count; i++) count += ends_like_a_mask(names->items[i]);
  return count;
}

static bool are_swapped(const pairing *pairs) {
  return pairs->images.count > 0 && count_named_like_masks(&pairs->images) == pairs->images.count &&
         pairs->masks.count > 0 && count_named_like_masks(&pairs->masks) == 0;
}

static unet_status add_swapped(unet_dataset *dataset, const char *type, const char *subfolder,
                               const pairing *pairs) {
  const size_t before = pairs->problems->count;
  UNET_TRY(unet_problems_add(pairs->problems, UNET_SWAPPED, pairs->images_folder, pairs->masks_folder));
  UNET_TRY(add_all(dataset, type, subfolder, pairs));
  return unet_problems_shorten(pairs->problems, before);
}

unet_status unet_add_pairs(unet_dataset *dataset, const char *type, const char *subfolder,
                           const char *masks_folder, unet_problems *problems) {
  pairing pairs = {.masks_folder = masks_folder, .problems = problems};
  char *images_folder = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, *subfolder ? unet_path_join(&images_folder, dataset->folder, subfolder)
                                 : unet_copy_text(&images_folder, dataset->folder));
  pairs.images_folder = images_folder;
  UNET_TRY_GOTO(done, unet_list_images(&pairs.images, images_folder, problems));
  UNET_TRY_GOTO(done, unet_list_images(&pairs.masks, masks_folder, problems));
  if (is_same_folder(images_folder, masks_folder)) {
    keep_masks(&pairs.images, false);
    keep_masks(&pairs.masks, true);
  }
  if (pairs.images.count == 0)
    status = unet_problems_add(problems, "%s: no pictures in this folder; put some in or remove it",
                               images_folder);
  if (status == UNET_OK)
    status = (dataset->masks_folder && are_swapped(&pairs) ? add_swapped : add_all)(dataset, type, subfolder,
                                                                                    &pairs);
done:
  unet_names_free(&pairs.images);
  unet_names_free(&pairs.masks);
  free(images_folder);
  return status;
}
