#include "cli/columns.h"

#include <stdio.h>

void unet_print_column(const char *text, int width) {
  int characters = 0;
  for (const char *c = text; *c; c++) characters += ((unsigned char)*c & 0xC0) != 0x80;
  printf("%s%*s", text, characters < width ? width - characters : 1, "");
}
