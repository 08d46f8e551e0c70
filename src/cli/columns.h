/* Columns of tables on the terminal. */
#ifndef UNETCL_CLI_COLUMNS_H
#define UNETCL_CLI_COLUMNS_H

/* Prints the text, filled up with spaces to `width` characters of UTF-8 (printf counts bytes); a text that is
 * longer gets one space. */
void unet_print_column(const char *text, int width);

#endif
