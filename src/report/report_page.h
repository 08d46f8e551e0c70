/* The page around the data: src/report/page/, embedded at build time. */
#ifndef UNETCL_REPORT_REPORT_PAGE_H
#define UNETCL_REPORT_REPORT_PAGE_H

#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* A file of src/report/page/ under its name. */
typedef struct unet_page_source {
  const char *name;
  const char *text;
} unet_page_source;
extern const unet_page_source unet_page_sources[];
extern const size_t unet_page_source_count;

/* Writes report.html.in with each @NAME@ replaced by the file of that name, and @DATA@ by what write_data
 * writes. Write errors are the stream's to hold. */
unet_status unet_page_write(FILE *stream, void (*write_data)(FILE *stream, void *user), void *user);

/* Writes JSON so that it may stand in a page: what could end the script element is escaped. */
void unet_page_write_json(FILE *stream, const char *json);

#endif
