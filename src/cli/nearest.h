/* What a user may have meant. */
#ifndef UNETCL_CLI_NEAREST_H
#define UNETCL_CLI_NEAREST_H

#include <stddef.h>

/* The one of `best` (may be NULL) and `candidate` that is nearer to the first `length` characters of `typed`
 * by edit distance; NULL where neither is near enough to be meant. */
const char *unet_nearer_name(const char *typed, size_t length, const char *best, const char *candidate);

#endif
