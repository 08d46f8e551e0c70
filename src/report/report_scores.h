/* What an evaluation found, and what made the model, in a report. */
#ifndef UNETCL_REPORT_REPORT_SCORES_H
#define UNETCL_REPORT_REPORT_SCORES_H

#include "metrics/scoring.h"
#include "report/report.h"
#include "unetcl/model.h"

/* Areas, calibration and curves that hold for every threshold, in all and for each type. */
unet_status unet_report_add_scores(unet_report *report, const unet_evaluation *evaluation,
                                   const unet_scoring *scoring);

/* Settings: the model's network, input, threshold, min_area, and whether it works on windows. */
unet_status unet_report_add_model(unet_report *report, const unet_model *model);

/* As a setting: "name", printf-like. */
unet_status unet_report_add_setting_of(unet_report *report, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes FOLDER/report.html, making the folder where it is missing. */
unet_status unet_report_write_in(unet_report *report, const char *folder);

#endif
