#include "report/report_gallery.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "metrics/metrics.h"
#include "report/report_json.h"
#include "report/report_picture.h"

/* What is known of a picture before it is drawn. */
typedef struct measured {
  uint8_t *marked; /* see unet_levels_mark */
  unet_level_counts pixels;
  unsigned ng; /* NG at the levels below */
} measured;

/* --- the choice --------------------------------------------------------------------------------------- */

static int worst_first(const void *left, const void *right) {
  const unet_report_entry *a = left, *b = right;
  if (a->dice != b->dice) return a->dice < b->dice ? -1 : 1;
  if (a->wrong_pixels != b->wrong_pixels) return a->wrong_pixels > b->wrong_pixels ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

/* Keeps the worst in half of the room, and every stride-th of the others. */
static void keep_worst_and_sample(unet_report_gallery *gallery) {
  unet_report_entry *entries = gallery->entries;
  size_t kept = 0, worst = 0, bytes = 0;
  for (size_t i = 0; i < gallery->count; i++) {
    const unet_report_entry entry = entries[i];
    worst += entry.bytes;
    if (worst > gallery->max_bytes / 2 && entry.index % gallery->stride != 0) continue;
    bytes += entry.bytes;
    entries[i] = entries[kept];
    entries[kept++] = entry;
  }
  for (size_t i = kept; i < gallery->count; i++) free(entries[i].json);
  gallery->count = kept;
  gallery->bytes = bytes;
}

/* A picture that fell out once is not wanted later either: worse ones only push it further down, and the
 * stride only doubles. */
void unet_report_gallery_settle(unet_report_gallery *gallery) {
  if (gallery->count == 0) return;
  qsort(gallery->entries, gallery->count, sizeof *gallery->entries, worst_first);
  if (gallery->stride) keep_worst_and_sample(gallery);
  while (gallery->bytes > gallery->max_bytes) {
    gallery->stride = gallery->stride ? 2 * gallery->stride : 2;
    keep_worst_and_sample(gallery);
  }
}

/* --- sums --------------------------------------------------------------------------------------------- */

static int is_type(const unet_report_type *sums, const char *type) {
  if (!sums->type || !type) return !sums->type && !type;
  return strcmp(sums->type, type) == 0;
}

static unet_status find_type(unet_report_type **out, unet_report_gallery *gallery, const char *type) {
  size_t i = 0;
  while (i < gallery->n_types && !is_type(&gallery->types[i], type)) i++;
  if (i == gallery->n_types) {
    UNET_TRY(
        unet_grow_array((void *)&gallery->types, &gallery->types_capacity, i + 1, sizeof *gallery->types));
    gallery->types[i] = (unet_report_type){0};
    if (type) UNET_TRY(unet_utf8_replace_invalid(&gallery->types[i].type, type));
    gallery->n_types++;
  }
  *out = &gallery->types[i];
  return UNET_OK;
}

/* counts[k] = what is predicted at level k. */
static void count_at_levels(unet_pixel_counts counts[UNET_REPORT_LEVELS], const unet_level_counts *pixels) {
  uint64_t defect = 0, tp = 0, fp = 0;
  for (size_t k = 0; k < UNET_REPORT_LEVELS; k++) defect += pixels->defect[k];
  for (size_t k = UNET_REPORT_LEVELS; k-- > 0;) {
    counts[k] = (unet_pixel_counts){.tp = tp, .fp = fp, .fn = defect - tp};
    tp += pixels->defect[k];
    fp += pixels->good[k];
  }
}

static void add_to_type(unet_report_type *sums, const measured *m,
                        const unet_pixel_counts counts[UNET_REPORT_LEVELS]) {
  const bool has_defect = counts[0].tp + counts[0].fn > 0;
  sums->images++;
  sums->defect_images += has_defect;
  (has_defect ? sums->defect_ng : sums->good_ng)[m->ng]++;
  for (size_t k = 0; k < UNET_REPORT_LEVELS; k++) {
    sums->pixels.defect[k] += m->pixels.defect[k];
    sums->pixels.good[k] += m->pixels.good[k];
    if (has_defect) sums->dice_sum[k] += unet_dice_of(counts[k]);
  }
}

/* --- one picture's object ----------------------------------------------------------------------------- */

static unet_status write_object(unet_report_entry *entry, const unet_report_image *image, const measured *m,
                                const unet_report_picture *small) {
  json_t *object = json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:i, s:o, s:o, s:s, s:s, s:s?}", "name",
                             unet_report_text(image->name), "type", unet_report_text(image->type), "width",
                             (json_int_t)image->picture->width, "height", (json_int_t)image->picture->height,
                             "shownWidth", (json_int_t)small->width, "shownHeight", (json_int_t)small->height,
                             "score", unet_report_number(image->score), "ng", (int)m->ng, "defect",
                             unet_report_counts(m->pixels.defect, UNET_REPORT_LEVELS), "good",
                             unet_report_counts(m->pixels.good, UNET_REPORT_LEVELS), "image", small->image,
                             "marked", small->marked, "truth", small->truth);
  entry->json = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
  json_decref(object);
  if (!entry->json) return unet_report_no_memory();
  entry->bytes = strlen(entry->json);
  return UNET_OK;
}

static unet_status draw_at(unet_report_gallery *gallery, unet_report_entry *entry, size_t side,
                           const unet_report_image *image, const measured *m) {
  unet_report_picture small = {0};
  UNET_TRY(unet_report_picture_make(&small, side, image->picture, m->marked, image->truth));
  unet_status status = write_object(entry, image, m, &small);
  gallery->drawn_bytes += (double)entry->bytes;
  gallery->drawn_pixels += (double)(small.width * small.height);
  unet_report_picture_free(&small);
  return status;
}

static size_t clamp_side(double side) {
  return (size_t)fmin(fmax(side, UNET_REPORT_SIDE), UNET_REPORT_LARGEST_SIDE);
}

/* The longer side at which a picture takes so many bytes, by what those before it took. */
static size_t side_for(const unet_report_gallery *gallery, const unet_image *picture, double room) {
  const double first_guess = 0.5; /* bytes a pixel */
  const double bytes =
      gallery->drawn_pixels > 0.0 ? gallery->drawn_bytes / gallery->drawn_pixels : first_guess;
  const double width = (double)picture->width, height = (double)picture->height;
  return clamp_side(sqrt(room / bytes * fmax(width, height) / fmin(width, height)));
}

/* As large as its share of the room allows. */
static unet_status draw_fitting(unet_report_gallery *gallery, unet_report_entry *entry,
                                const unet_report_image *image, const measured *m) {
  const double room = gallery->expected ? (double)gallery->max_bytes / (double)gallery->expected : 0.0;
  size_t side = side_for(gallery, image->picture, room);
  UNET_TRY(draw_at(gallery, entry, side, image, m));
  while ((double)entry->bytes > room && side > UNET_REPORT_SIDE) {
    side = clamp_side(0.95 * (double)side * sqrt(room / (double)entry->bytes));
    free(entry->json);
    entry->json = NULL;
    UNET_TRY(draw_at(gallery, entry, side, image, m));
  }
  return UNET_OK;
}

static unet_status draw(unet_report_gallery *gallery, unet_report_entry *entry,
                        const unet_report_image *image, const measured *m) {
  UNET_TRY(unet_grow_array((void *)&gallery->entries, &gallery->capacity, gallery->count + 1,
                           sizeof *gallery->entries));
  UNET_TRY(draw_fitting(gallery, entry, image, m));
  gallery->entries[gallery->count++] = *entry;
  gallery->bytes += entry->bytes;
  if (gallery->bytes > gallery->max_bytes) unet_report_gallery_settle(gallery);
  return UNET_OK;
}

static unet_status add_measured(unet_report_gallery *gallery, const unet_report_image *image,
                                const measured *m) {
  unet_pixel_counts counts[UNET_REPORT_LEVELS];
  unet_report_type *sums = NULL;
  count_at_levels(counts, &m->pixels);
  UNET_TRY(find_type(&sums, gallery, image->type));
  add_to_type(sums, m, counts);
  const unet_pixel_counts *chosen = &counts[gallery->levels.chosen];
  unet_report_entry entry = {.index = gallery->added++,
                             .dice = gallery->has_truth ? unet_dice_of(*chosen) : 1.0 - image->score,
                             .wrong_pixels = chosen->fp + chosen->fn};
  return draw(gallery, &entry, image, m);
}

unet_status unet_report_gallery_add(unet_report_gallery *gallery, const unet_report_image *image) {
  const size_t width = image->picture->width, height = image->picture->height;
  measured m = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&m.marked, width * height, sizeof *m.marked));
  UNET_TRY_GOTO(done,
                unet_levels_mark(m.marked, &gallery->levels, image->map, height, width, gallery->min_area));
  unet_level_counts_of(&m.pixels, m.marked, image->truth, width * height);
  for (size_t i = 0; i < width * height; i++) {
    if (m.marked[i] > m.ng) m.ng = m.marked[i];
  }
  UNET_TRY_GOTO(done, add_measured(gallery, image, &m));
done:
  free(m.marked);
  return status;
}

void unet_report_gallery_free(unet_report_gallery *gallery) {
  for (size_t i = 0; i < gallery->count; i++) free(gallery->entries[i].json);
  for (size_t i = 0; i < gallery->n_types; i++) free(gallery->types[i].type);
  free(gallery->entries);
  free(gallery->types);
}
