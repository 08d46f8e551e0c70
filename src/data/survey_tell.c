/* What the facts of a data set's pictures mean for training. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/survey.h"

typedef struct telling {
  const unet_dataset *dataset;
  const unet_survey_view *view;
  unet_problem_fn on_fact, on_warning;
  void *user;
} telling;

static void say(unet_problem_fn tell, void *user, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(unet_problem_fn tell, void *user, const char *format, ...) {
  char line[2048];
  va_list arguments;
  if (!tell) return;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  tell(user, line);
}

/* --- what there is ------------------------------------------------------------------------------------ */

static void tell_sizes(const telling *t) {
  const unet_item_facts *least = NULL, *most = NULL;
  for (size_t i = 0; i < t->dataset->count; i++) {
    const unet_item_facts *f = &t->dataset->facts[i];
    if (f->width == 0) continue;
    if (!least || f->width * f->height < least->width * least->height) least = f;
    if (!most || f->width * f->height > most->width * most->height) most = f;
  }
  if (!least) return;
  if (least->width == most->width && least->height == most->height) {
    say(t->on_fact, t->user, "pictures of %zu x %zu pixels", least->width, least->height);
  } else {
    say(t->on_fact, t->user, "pictures of %zu x %zu to %zu x %zu pixels", least->width, least->height,
        most->width, most->height);
  }
}

static void tell_spare_masks(const telling *t) {
  const size_t spare = t->dataset->spare_masks;
  if (spare > 0)
    say(t->on_fact, t->user, "%zu mask%s belong%s to no picture: not used", spare, spare == 1 ? "" : "s",
        spare == 1 ? "s" : "");
}

/* --- values ------------------------------------------------------------------------------------------- */

/* Cameras of 10 to 14 bit whose values were saved as they are. */
static void warn_of_dark_pictures(const telling *t) {
  const unsigned dark = 65536 / 8;
  unsigned brightest = 0, factor = 1;
  size_t deep = 0;
  for (size_t i = 0; i < t->dataset->count; i++) {
    const unet_item_facts *f = &t->dataset->facts[i];
    deep += f->depth == 16;
    if (f->depth == 16 && f->brightest > brightest) brightest = f->brightest;
  }
  if (deep == 0 || brightest >= dark) return;
  while ((brightest + 1) * factor * 2 <= 65536) factor *= 2;
  say(t->on_warning, t->user,
      "the largest value of all 16-bit pictures is %u of 65535, so the network sees them nearly black; "
      "multiply their values by %u, those to be predicted too (ImageMagick: mogrify -evaluate multiply %u "
      "*.png), or save PGM with its maxval",
      brightest, factor, factor);
}

static void warn_of_covering_masks(const telling *t) {
  double pixels = 0.0, defect = 0.0;
  for (size_t i = 0; i < t->dataset->count; i++) {
    const unet_item_facts *f = &t->dataset->facts[i];
    if (!f->has_mask) continue;
    pixels += (double)f->width * (double)f->height;
    defect += (double)f->defect_pixels;
  }
  if (defect > 0.5 * pixels)
    say(t->on_warning, t->user,
        "%.0f %% of all pixels under masks are defect: are the masks inverted? 0 is good, 255 is defect",
        100.0 * defect / pixels);
}

static void warn_of_alpha(const telling *t) {
  const unet_item *first = NULL;
  size_t count = 0;
  for (size_t i = 0; i < t->dataset->count; i++) {
    if (!t->dataset->facts[i].mask_in_alpha) continue;
    if (count++ == 0) first = &t->dataset->items[i];
  }
  if (count > 0)
    say(t->on_warning, t->user,
        "%zu mask%s, such as %s, %s of one colour and drawn in the alpha channel, which is not read; save "
        "as grey, 0 for good and 255 for defect",
        count, count == 1 ? "" : "s", first->mask, count == 1 ? "is" : "are");
}

/* --- sizes -------------------------------------------------------------------------------------------- */

static int compare_reals(const void *a, const void *b) {
  const double first = *(const double *)a, second = *(const double *)b;
  return (first > second) - (first < second);
}

/* Sorts them. */
static double median_of(double *values, size_t count) {
  if (count == 0) return 0.0;
  qsort(values, count, sizeof *values, compare_reals);
  return values[count / 2];
}

static double larger(double a, double b) { return a > b ? a : b; }

/* How wide a defect is across: its area over the longer side of its box, with both axes scaled. */
static double width_of(const unet_defect_box *d, double scale_x, double scale_y) {
  return (double)d->area * scale_x * scale_y /
         larger((double)d->width * scale_x, (double)d->height * scale_y);
}

static size_t count_defects(const unet_dataset *dataset) {
  size_t count = 0;
  for (size_t i = 0; i < dataset->count; i++) count += dataset->facts[i].n_defects;
  return count;
}

static void list_widths(double *shown, double *own, const telling *t) {
  for (size_t i = 0; i < t->dataset->count; i++) {
    const unet_item_facts *f = &t->dataset->facts[i];
    for (size_t k = 0; k < f->n_defects; k++) {
      *shown++ = width_of(&f->defects[k], (double)t->view->width / (double)f->width,
                          (double)t->view->height / (double)f->height);
      *own++ = width_of(&f->defects[k], 1.0, 1.0);
    }
  }
}

/* Windows help only those that are wider at their own scale. */
static unet_status warn_of_thin_defects(const telling *t) {
  const double thin = 3.0, lost = 0.8;
  const size_t count = count_defects(t->dataset);
  double *shown = NULL, *own = NULL;
  UNET_TRY(unet_alloc_array((void *)&shown, count, sizeof *shown));
  unet_status status = unet_alloc_array((void *)&own, count, sizeof *own);
  if (status == UNET_OK) {
    list_widths(shown, own, t);
    const double width = median_of(shown, count), own_width = median_of(own, count);
    if (width < thin && width < lost * own_width)
      say(t->on_warning, t->user,
          "made %zu x %zu, half of the defects are narrower than %.1f pixels, %.1f in the pictures "
          "themselves: too thin to be learnt well; use --tile, which works at the pictures' own scale, or "
          "a larger --size",
          t->view->width, t->view->height, width, own_width);
  }
  free(own);
  free(shown);
  return status;
}

static unet_status warn_of_long_pictures(const telling *t) {
  const double much = 2.0;
  const double wanted = (double)t->view->width / (double)t->view->height;
  double *squeezes = NULL;
  size_t count = 0;
  UNET_TRY(unet_alloc_array((void *)&squeezes, t->dataset->count, sizeof *squeezes));
  for (size_t i = 0; i < t->dataset->count; i++) {
    const unet_item_facts *f = &t->dataset->facts[i];
    if (f->width == 0) continue;
    const double ratio = (double)f->width / (double)f->height / wanted;
    squeezes[count++] = larger(ratio, 1.0 / ratio);
  }
  const double squeeze = median_of(squeezes, count);
  if (squeeze > much)
    say(t->on_warning, t->user,
        "made %zu x %zu, the pictures are squeezed %.1f times more along one side than along the other; "
        "use --tile, which leaves their shape as it is",
        t->view->width, t->view->height, squeeze);
  free(squeezes);
  return UNET_OK;
}

/* --- the calls ---------------------------------------------------------------------------------------- */

unet_status unet_survey_tell(const unet_dataset *dataset, const unet_survey_view *view,
                             unet_problem_fn on_fact, unet_problem_fn on_warning, void *user) {
  const telling t = {
      .dataset = dataset, .view = view, .on_fact = on_fact, .on_warning = on_warning, .user = user};
  tell_sizes(&t);
  tell_spare_masks(&t);
  warn_of_dark_pictures(&t);
  warn_of_covering_masks(&t);
  warn_of_alpha(&t);
  if (view->tile) return UNET_OK;
  UNET_TRY(warn_of_thin_defects(&t));
  return warn_of_long_pictures(&t);
}

unet_status unet_survey_require_labelled(const unet_dataset *dataset) {
  for (size_t i = 0; i < dataset->count; i++) {
    if (dataset->items[i].role == UNET_ITEM_LABELLED) return UNET_OK;
  }
  return unet_fail(
      UNET_BAD_INPUT,
      "%s: no image with a defect under test/; put them in test/TYPE, their masks in ground_truth/TYPE",
      dataset->folder);
}

unet_status unet_survey_require_defects(const unet_dataset *dataset) {
  size_t masks = 0;
  unsigned largest = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    const unet_item_facts *f = &dataset->facts[i];
    if (f->defect_pixels > 0) return UNET_OK;
    masks += f->has_mask;
    if (f->mask_largest > largest) largest = f->mask_largest;
  }
  if (largest > 0)
    return unet_fail(
        UNET_BAD_INPUT,
        "%s: no image has a defect: the largest value of the masks is %u, not above --mask-threshold "
        "%d; lower it",
        dataset->folder, largest, dataset->mask_threshold);
  return unet_fail(UNET_BAD_INPUT,
                   "%s: no image has a defect: all %zu masks are 0 throughout; mark defects with 255",
                   dataset->folder, masks);
}
