#include "cli/nearest.h"

#include <string.h>

enum { LONGEST = 32 };

/* Levenshtein distance, one row of the table at a time; names are short. */
static size_t edit_distance(const char *a, size_t a_length, const char *b) {
  size_t b_length = strlen(b);
  if (a_length >= LONGEST || b_length >= LONGEST) return LONGEST;
  size_t row[LONGEST + 1];
  for (size_t j = 0; j <= b_length; j++) row[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      size_t least = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      if (row[j] + 1 < least) least = row[j] + 1;
      if (row[j - 1] + 1 < least) least = row[j - 1] + 1;
      row[j] = least;
    }
  }
  return row[b_length];
}

/* Names of which one begins with the other are near, however much longer it is. */
static size_t distance_of(const char *typed, size_t length, const char *candidate) {
  const size_t whole = strlen(candidate), common = length < whole ? length : whole;
  if (common >= 3 && length != whole && memcmp(typed, candidate, common) == 0) return 1;
  return edit_distance(typed, length, candidate);
}

const char *unet_nearer_name(const char *typed, size_t length, const char *best, const char *candidate) {
  size_t limit = length < 5 ? 2 : 3; /* more changes than that is another word */
  size_t distance = distance_of(typed, length, candidate);
  size_t best_distance = best ? distance_of(typed, length, best) : limit;
  return distance < best_distance ? candidate : best;
}
