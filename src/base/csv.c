#include "base/csv.h"

#include <string.h>

void unet_csv_write_text(FILE *table, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    fputs(text, table);
    return;
  }
  fputc('"', table);
  for (; *text; text++) {
    if (*text == '"') fputc('"', table);
    fputc(*text, table);
  }
  fputc('"', table);
}
