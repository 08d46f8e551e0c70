/* What was predicted, for programs: predictions.csv, regions.csv and predictions.json (see
 * unet_predict_files). Each image is written as it comes, so that a walk over any number of them takes no
 * more memory than one. */
#ifndef UNETCL_REPORT_PREDICTION_TABLES_H
#define UNETCL_REPORT_PREDICTION_TABLES_H

#include "base/atomic_file.h"
#include "unetcl/predict.h"

enum { UNET_PREDICTION_TABLES = 3 };

typedef struct unet_prediction_tables {
  unet_atomic_file *files[UNET_PREDICTION_TABLES];
  size_t images; /* so far */
} unet_prediction_tables;

/* UNET_NO_RESOURCE when the files cannot be written; then nothing is left to be released. */
unet_status unet_prediction_tables_open(unet_prediction_tables *tables, const char *folder, float threshold,
                                        size_t min_area);

unet_status unet_prediction_tables_add(unet_prediction_tables *tables, const unet_prediction *prediction);

/* Puts the files in their places; both release the tables. */
unet_status unet_prediction_tables_commit(unet_prediction_tables *tables);
void unet_prediction_tables_abandon(unet_prediction_tables *tables);

#endif
