/* What evaluations found, in a report. */
#ifndef UNETCL_REPORT_REPORT_SCORES_H
#define UNETCL_REPORT_REPORT_SCORES_H

#include "metrics/scoring.h"
#include "report/report.h"

/* Areas, curves and calibration, which hold for every threshold, in all and for each type. */
unet_status unet_report_add_scores(unet_report *report, const unet_evaluation *evaluation,
                                   const unet_scoring *scoring);

/* A row of the table of folds. */
unet_status unet_report_add_fold_scores(unet_report *report, unet_report_row row, const char *name,
                                        const unet_scores *scores, double threshold);

/* Writes FOLDER/report.html, making the folder where it is missing. */
unet_status unet_report_write_in(unet_report *report, const char *folder);

#endif
