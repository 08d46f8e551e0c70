/* JSON values of the report. All are new, and NULL without memory. */
#ifndef UNETCL_REPORT_REPORT_JSON_H
#define UNETCL_REPORT_REPORT_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* UNET_NO_RESOURCE, when a value could not be made. */
unet_status unet_report_no_memory(void);

/* Bytes that are no UTF-8 become U+FFFD; NULL becomes null. */
json_t *unet_report_text(const char *text);

/* JSON has no NaN: null. */
json_t *unet_report_number(double value);
json_t *unet_report_numbers(const double *values, size_t count);
json_t *unet_report_counts(const uint64_t *values, size_t count);

#endif
