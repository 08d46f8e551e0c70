/* Tables as comma-separated values. */
#ifndef UNETCL_BASE_CSV_H
#define UNETCL_BASE_CSV_H

#include <stdio.h>

/* Writes the text as one field, quoted as RFC 4180 asks for it where that is needed. */
void unet_csv_write_text(FILE *table, const char *text);

#endif
