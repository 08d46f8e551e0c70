/* Where unetcl keeps what it can measure or build again. */
#ifndef UNETCL_BASE_CACHE_FOLDER_H
#define UNETCL_BASE_CACHE_FOLDER_H

#include "base/error.h"

/* *folder = $XDG_CACHE_HOME/unetcl, else ~/.cache/unetcl, by the XDG base directory specification, whether it
 * is there or not; NULL where the environment names neither. The caller frees it. */
unet_status unet_cache_folder(char **folder);

#endif
