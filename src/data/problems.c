#include "data/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

unet_status unet_problems_add(unet_problems *problems, const char *format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  for (char *c = line; *c; c++) {
    if (*c == '\n' || *c == '\r') *c = ' ';
  }
  UNET_TRY(unet_grow_array((void *)&problems->lines, &problems->capacity, problems->count + 1,
                           sizeof *problems->lines));
  UNET_TRY(unet_copy_text(&problems->lines[problems->count], line));
  problems->count++;
  return UNET_OK;
}

unet_status unet_problems_take(unet_problems *problems, unet_status status) {
  return status == UNET_BAD_INPUT ? unet_problems_add(problems, "%s", unet_last_error()) : status;
}

unet_status unet_problems_move(unet_problems *problems, unet_problems *from) {
  for (size_t i = 0; i < from->count; i++) UNET_TRY(unet_problems_add(problems, "%s", from->lines[i]));
  unet_problems_free(from);
  return UNET_OK;
}

unet_status unet_problems_shorten(unet_problems *problems, size_t first) {
  const size_t shown = 20, kept = first + shown;
  if (problems->count <= kept) return UNET_OK;
  const size_t more = problems->count - kept;
  while (problems->count > kept) free(problems->lines[--problems->count]);
  return unet_problems_add(problems, "and %zu more", more);
}

unet_status unet_problems_tell(const unet_problems *problems, const char *folder, unet_problem_fn on_problem,
                               void *user) {
  if (problems->count == 0) return UNET_OK;
  const char *many = problems->count == 1 ? "" : "s";
  if (!on_problem) {
    return unet_fail(UNET_BAD_INPUT, "%s: %zu problem%s in the data set, the first: %s", folder,
                     problems->count, many, problems->lines[0]);
  }
  for (size_t i = 0; i < problems->count; i++) on_problem(user, problems->lines[i]);
  return unet_fail(UNET_BAD_INPUT, "%s: %zu problem%s in the data set, listed above; put right and try again",
                   folder, problems->count, many);
}

void unet_problems_free(unet_problems *problems) {
  for (size_t i = 0; i < problems->count; i++) free(problems->lines[i]);
  free(problems->lines);
  *problems = (unet_problems){0};
}
