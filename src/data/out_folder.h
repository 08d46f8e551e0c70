/* Folders that results are written to: they must not mix with what is there. */
#ifndef UNETCL_DATA_OUT_FOLDER_H
#define UNETCL_DATA_OUT_FOLDER_H

#include "base/error.h"

/* UNET_USAGE for a folder that holds something, but none of the entries `marks`, which tell that earlier
 * results of the same kind are in it; and for one that holds pictures which are not among `pictures` (NULL:
 * any may be there). Both lists end with NULL. Hidden entries do not count; the folder need not exist. */
unet_status unet_out_folder_check(const char *folder, const char *const *marks, const char *const *pictures);

#endif
