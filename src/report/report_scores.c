#include "report/report_scores.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/path.h"
#include "metrics/curves.h"

/* --- figures and curves ------------------------------------------------------------------------------- */

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
    const double value = metrics[i].value < 0.0 ? NAN : metrics[i].value; /* UNET_UNDEFINED */
    UNET_TRY(unet_report_add_metric(report, type, metrics[i].name, value));
  }
  return UNET_OK;
}

static unet_status add_curve(unet_report *report, unet_report_curve as, unet_curve_kind kind,
                             const unet_histogram *histogram) {
  unet_curve curve;
  unet_curve_make(&curve, kind, histogram);
  return curve.count ? unet_report_add_curve(report, as, curve.x, curve.y, curve.count) : UNET_OK;
}

unet_status unet_report_add_scores(unet_report *report, const unet_evaluation *evaluation,
                                   const unet_scoring *scoring) {
  unet_histogram *histogram = NULL;
  UNET_TRY(add_metrics(report, NULL, &evaluation->all));
  for (size_t i = 0; i < evaluation->n_types; i++)
    UNET_TRY(add_metrics(report, evaluation->types[i].type, &evaluation->types[i].scores));
  UNET_TRY(unet_scoring_histogram(&histogram, scoring, NULL));
  unet_status status =
      add_curve(report, UNET_REPORT_PRECISION_RECALL, UNET_CURVE_PRECISION_RECALL, histogram);
  if (status == UNET_OK) status = add_curve(report, UNET_REPORT_PRO, UNET_CURVE_PRO, histogram);
  free(histogram);
  return status;
}

/* --- settings ----------------------------------------------------------------------------------------- */

unet_status unet_report_add_setting_of(unet_report *report, const char *name, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return unet_report_add_setting(report, name, text);
}

static unet_status add_filters(unet_report *report, const unet_architecture *a) {
  char text[16 * UNET_MAX_LEVELS];
  size_t length = 0;
  for (size_t i = 0; i < a->n_levels; i++)
    length += (size_t)snprintf(text + length, sizeof text - length, "%s%zu", i ? "," : "", a->filters[i]);
  return unet_report_add_setting(report, "filters", text);
}

unet_status unet_report_add_model(unet_report *report, const unet_model *model) {
  const unet_architecture *a = unet_model_architecture(model);
  UNET_TRY(unet_report_add_setting_of(report, "input", "%zu x %zu, %s", a->width, a->height,
                                      a->channels == 1 ? "grey" : "RGB"));
  UNET_TRY(add_filters(report, a));
  UNET_TRY(unet_report_add_setting(report, "tile", unet_model_tiles(model) ? "yes" : "no"));
  UNET_TRY(unet_report_add_setting_of(report, "threshold", "%.6g", (double)unet_model_threshold(model)));
  return unet_report_add_setting_of(report, "min_area", "%zu", unet_model_min_area(model));
}

unet_status unet_report_write_in(unet_report *report, const char *folder) {
  char *path = NULL;
  UNET_TRY(unet_make_folders(folder));
  UNET_TRY(unet_path_join(&path, folder, "report.html"));
  unet_status status = unet_report_write(report, path);
  free(path);
  return status;
}
