/* Collecting the problems of a data set, so that all are shown in one go. */
#ifndef UNETCL_DATA_PROBLEMS_H
#define UNETCL_DATA_PROBLEMS_H

#include <stddef.h>

#include "unetcl/dataset.h"

/* Starts zeroed. */
typedef struct unet_problems {
  char **lines;
  size_t count, capacity;
} unet_problems;

/* Adds a line; line breaks (in file names) become spaces. Fails only when memory is out. */
unet_status unet_problems_add(unet_problems *problems, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes UNET_BAD_INPUT of a call as a problem (its message as the line) and gives UNET_OK; passes any other
 * status on. */
unet_status unet_problems_take(unet_problems *problems, unet_status status);

/* Moves the lines of `from` to the end of `problems`. */
unet_status unet_problems_move(unet_problems *problems, unet_problems *from);

/* Leaves some twenty lines from `first` on and says how many more there are. */
unet_status unet_problems_shorten(unet_problems *problems, size_t first);

/* The line that says so; to be added with the folders of images and masks. */
#define UNET_SWAPPED                                                                                         \
  "--images %s holds what looks like masks, and --masks %s does not: are they swapped? The problems follow " \
  "from it"

/* Shows all lines; UNET_BAD_INPUT with one summarising line when there are any. */
unet_status unet_problems_tell(const unet_problems *problems, const char *folder, unet_problem_fn on_problem,
                               void *user);

void unet_problems_free(unet_problems *problems);

#endif
