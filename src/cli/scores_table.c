#include "cli/scores_table.h"

#include <stddef.h>
#include <stdio.h>

#include "cli/columns.h"

/* The columns, in their order. */
static const struct column {
  const char *name;
  size_t offset;
} columns[] = {
    {"dice", offsetof(unet_scores, dice)},
    {"mean dice", offsetof(unet_scores, dice_mean)},
    {"iou", offsetof(unet_scores, iou)},
    {"precision", offsetof(unet_scores, precision)},
    {"recall", offsetof(unet_scores, recall)},
    {"avg prec", offsetof(unet_scores, average_precision)},
    {"px auroc", offsetof(unet_scores, pixel_auroc)},
    {"aupro", offsetof(unet_scores, aupro)},
    {"img auroc", offsetof(unet_scores, image_auroc)},
    {"calib err", offsetof(unet_scores, calibration_error)},
};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static double value_of(const unet_scores *s, size_t column) {
  return *(const double *)((const char *)s + columns[column].offset);
}

static void print_value(double value) {
  if (value == UNET_UNDEFINED)
    printf("%10s", "-");
  else
    printf("%10.4f", value);
}

static void print_row(const char *type, const unet_scores *s) {
  unet_print_column(type, 12);
  printf("%7zu", s->images);
  for (size_t i = 0; i < N_COLUMNS; i++) print_value(value_of(s, i));
  puts("");
}

static void print_heading(const char *what) {
  printf("%-12s%7s", what, "images");
  for (size_t i = 0; i < N_COLUMNS; i++) printf("%10s", columns[i].name);
  puts("");
}

static void print_types(const unet_evaluation *e) {
  print_heading("type");
  for (size_t i = 0; i < e->n_types; i++) print_row(e->types[i].type, &e->types[i].scores);
  print_row("all", &e->all);
}

static void print_verdicts(const unet_evaluation *e) {
  printf("verdicts: %zu of %zu images with a defect are missed, %zu of %zu without one are false alarms\n",
         e->all.missed, e->all.defect_images, e->all.false_alarms, e->all.images - e->all.defect_images);
}

void unet_print_scores(const unet_evaluation *e) {
  print_types(e);
  printf("over all pixels at the images' own sizes; defect where the probability exceeds %.4g\n",
         (double)e->threshold);
  print_verdicts(e);
}

void unet_print_held_out(const unet_evaluation *e) {
  if (e->all.defect_images > 0)
    printf("held-out dice: %.4f over all pixels of %zu images, at their own sizes\n", e->all.dice,
           e->all.images);
  print_verdicts(e);
}

static void print_over_folds(const char *what, const unet_scores *s) {
  printf("%-19s", what);
  for (size_t i = 0; i < N_COLUMNS; i++) print_value(value_of(s, i));
  puts("");
}

void unet_print_folds(const unet_crossval_result *result) {
  print_heading("fold");
  for (size_t k = 0; k < result->n_folds; k++) {
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", k + 1);
    print_row(number, &result->folds[k].all);
  }
  print_over_folds("mean", &result->mean);
  print_over_folds("+- deviation", &result->deviation);
  printf("\nout of fold, every image once:\n");
  print_types(&result->all);
  printf("over all pixels at the images' own sizes; thresholds of the folds:");
  for (size_t k = 0; k < result->n_folds; k++) printf(" %.4g", (double)result->folds[k].threshold);
  puts("");
  print_verdicts(&result->all);
}

static void print_difference(const char *what, double one, double other) {
  unet_print_column(what, 20);
  print_value(one);
  print_value(other);
  if (one != UNET_UNDEFINED && other != UNET_UNDEFINED) printf("%+14.4f", one - other);
  puts("");
}

/* Both evaluations saw the same images, so their types are the same, too. */
void unet_print_comparison(const unet_evaluation *evaluation, const char *name, const unet_evaluation *other,
                           const char *other_name) {
  printf("\nthis:  %s\nother: %s\n\n%-20s%10s%10s%14s\n", name, other_name, "all images", "this", "other",
         "this - other");
  for (size_t i = 0; i < N_COLUMNS; i++)
    print_difference(columns[i].name, value_of(&evaluation->all, i), value_of(&other->all, i));
  printf("\n%-20s%10s%10s%14s\n", "dice of a type", "this", "other", "this - other");
  for (size_t i = 0; i < evaluation->n_types && i < other->n_types; i++)
    print_difference(evaluation->types[i].type, evaluation->types[i].scores.dice,
                     other->types[i].scores.dice);
}
