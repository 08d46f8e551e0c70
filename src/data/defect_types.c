/* The list of defect types that a user chooses: names separated by commas, spaces around them ignored. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/dataset.h"

/* The next name of the list at *rest, which moves past it; false at the end. */
static bool next_name(const char **rest, const char **name, size_t *length) {
  while (**rest == ',' || isspace((unsigned char)**rest)) (*rest)++;
  if (!**rest) return false;
  const char *start = *rest, *end = start + strcspn(start, ",");
  *rest = end;
  while (isspace((unsigned char)end[-1])) end--;
  *name = start;
  *length = (size_t)(end - start);
  return true;
}

static bool is_among(const char *name, size_t length, const char *const *types, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(types[i]) == length && memcmp(types[i], name, length) == 0) return true;
  }
  return false;
}

/* Whether the whole text is one type's name, commas or not. */
static bool is_one_type(const char *defects, const char *const *types, size_t count) {
  return is_among(defects, strlen(defects), types, count);
}

bool unet_type_is_chosen(const char *defects, const char *type, const char *const *types, size_t count) {
  if (!defects) return true;
  if (is_one_type(defects, types, count)) return strcmp(defects, type) == 0;
  const char *name = NULL;
  size_t length = 0, wanted = strlen(type);
  while (next_name(&defects, &name, &length)) {
    if (length == wanted && memcmp(name, type, length) == 0) return true;
  }
  return false;
}

/* *out = "bent, color, flip". */
static unet_status join_types(char **out, const char *const *types, size_t count) {
  char *text = NULL;
  UNET_TRY(unet_copy_text(&text, count ? types[0] : "none"));
  for (size_t i = 1; i < count; i++) {
    char *longer = NULL;
    unet_status status = unet_format_text(&longer, "%s, %s", text, types[i]);
    free(text);
    UNET_TRY(status);
    text = longer;
  }
  *out = text;
  return UNET_OK;
}

unet_status unet_check_types(const char *defects, const char *const *types, size_t count, const char *folder,
                             unet_problems *problems) {
  if (!defects || is_one_type(defects, types, count)) return UNET_OK;
  const char *name = NULL;
  size_t length = 0, names = 0;
  char *known = NULL;
  unet_status status = join_types(&known, types, count);
  for (; status == UNET_OK && next_name(&defects, &name, &length); names++) {
    if (!is_among(name, length, types, count))
      status = unet_problems_add(problems, "%s: no defect type \"%.*s\"; there are: %s", folder, (int)length,
                                 name, known);
  }
  if (status == UNET_OK && names == 0)
    status = unet_problems_add(problems, "%s: --defects names no defect type; there are: %s", folder, known);
  free(known);
  return status;
}
