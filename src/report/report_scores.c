#include "report/report_scores.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"
#include "metrics/curves.h"

/* --- figures and curves ------------------------------------------------------------------------------- */

static double or_nan(double value) { return value == UNET_UNDEFINED ? NAN : value; }

static unet_status add_metrics(unet_report *report, const char *type, const unet_scores *scores) {
  const struct {
    const char *name;
    double value;
  } metrics[] = {{"Average precision", scores->average_precision},
                 {"Pixel AUROC", scores->pixel_auroc},
                 {"Image AUROC", scores->image_auroc},
                 {"AUPRO", scores->aupro},
                 {"Calibration error", scores->calibration_error}};
  for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
    UNET_TRY(unet_report_add_metric(report, type, metrics[i].name, or_nan(metrics[i].value)));
  }
  return UNET_OK;
}

static unet_status add_curve(unet_report *report, const char *type, unet_report_curve as,
                             unet_curve_kind kind, const unet_histogram *histogram) {
  unet_curve curve;
  unet_curve_make(&curve, kind, histogram);
  return curve.count ? unet_report_add_curve(report, type, as, curve.x, curve.y, curve.count) : UNET_OK;
}

static unet_status add_calibration(unet_report *report, const char *type, const unet_histogram *histogram) {
  unet_calibration_bin bins[UNET_CALIBRATION_BINS];
  unet_calibrate(bins, histogram);
  return unet_report_add_calibration(report, type, bins);
}

/* Of one type, or of all pictures (NULL). */
static unet_status add_curves(unet_report *report, const char *type, const unet_scoring *scoring) {
  unet_histogram *histogram = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_scoring_histogram(&histogram, scoring, type));
  UNET_TRY_GOTO(
      done, add_curve(report, type, UNET_REPORT_PRECISION_RECALL, UNET_CURVE_PRECISION_RECALL, histogram));
  UNET_TRY_GOTO(done, add_curve(report, type, UNET_REPORT_PRO, UNET_CURVE_PRO, histogram));
  status = add_calibration(report, type, histogram);
done:
  free(histogram);
  return status;
}

unet_status unet_report_add_scores(unet_report *report, const unet_evaluation *evaluation,
                                   const unet_scoring *scoring) {
  UNET_TRY(add_metrics(report, NULL, &evaluation->all));
  UNET_TRY(add_curves(report, NULL, scoring));
  for (size_t i = 0; i < evaluation->n_types; i++) {
    const unet_type_scores *type = &evaluation->types[i];
    UNET_TRY(add_metrics(report, type->type, &type->scores));
    UNET_TRY(add_curves(report, type->type, scoring));
  }
  return UNET_OK;
}

unet_status unet_report_add_fold_scores(unet_report *report, unet_report_row row, const char *name,
                                        const unet_scores *scores, double threshold) {
  const unet_report_figure figures[] = {{"Pictures", row == UNET_REPORT_FOLD ? (double)scores->images : NAN},
                                        {"Dice", or_nan(scores->dice)},
                                        {"Mean Dice", or_nan(scores->dice_mean)},
                                        {"IoU", or_nan(scores->iou)},
                                        {"Precision", or_nan(scores->precision)},
                                        {"Recall", or_nan(scores->recall)},
                                        {"Average precision", or_nan(scores->average_precision)},
                                        {"Pixel AUROC", or_nan(scores->pixel_auroc)},
                                        {"Image AUROC", or_nan(scores->image_auroc)},
                                        {"AUPRO", or_nan(scores->aupro)},
                                        {"Calibration error", or_nan(scores->calibration_error)},
                                        {"Threshold", threshold}};
  return unet_report_add_fold(report, row, name, figures, sizeof figures / sizeof *figures);
}

unet_status unet_report_write_in(unet_report *report, const char *folder) {
  char *path = NULL;
  UNET_TRY(unet_make_folders(folder));
  UNET_TRY(unet_path_join(&path, folder, "report.html"));
  unet_status status = unet_report_write(report, path);
  free(path);
  return status;
}
