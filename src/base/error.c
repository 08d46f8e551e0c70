#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 2048 };

static _Thread_local char last_message[MESSAGE_BYTES];
static _Thread_local char *last_details;

unet_status unet_fail(unet_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char message[MESSAGE_BYTES]; /* an argument may be the last message itself */
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  for (char *c = message; *c; c++) {
    if (*c == '\n' || *c == '\r') *c = ' '; /* file names may hold line breaks; the contract is one line */
  }
  memcpy(last_message, message, sizeof message);
  free(last_details);
  last_details = NULL;
  return status;
}

void unet_fail_details(const char *text) {
  free(last_details);
  last_details = strdup(text);
}

char *unet_take_details(void) {
  char *taken = last_details;
  last_details = NULL;
  return taken;
}

const char *unet_last_error(void) { return last_message; }

const char *unet_last_error_details(void) { return last_details ? last_details : ""; }

const char *unet_version(void) { return UNET_VERSION; }
