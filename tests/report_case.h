/* A report made of synthetic parts, for the tests of the builder and of the page. */
#ifndef UNETCL_TESTS_REPORT_CASE_H
#define UNETCL_TESTS_REPORT_CASE_H

#include "report/report.h"

/* A part with its mask, and a map that finds it more or less well: index decides which, and how well. */
typedef struct report_sample {
  unet_image picture;
  uint8_t *truth;
  uint16_t *map;
  char name[64];
  const char *type;
  double score;
} report_sample;

unet_status report_sample_make(report_sample *out, uint32_t index, size_t size);
void report_sample_free(report_sample *sample);

/* Adds samples 0 .. count - 1 of the size, with or without their masks. */
unet_status report_add_samples(unet_report *report, size_t count, size_t size, bool with_truth);

/* Adds settings, metrics and curves of all kinds. */
unet_status report_add_everything(unet_report *report);

#endif
