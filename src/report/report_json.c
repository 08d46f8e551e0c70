#include "report/report_json.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

unet_status unet_report_no_memory(void) {
  return unet_fail(UNET_NO_RESOURCE, "out of memory: the report cannot be made");
}

json_t *unet_report_text(const char *text) {
  char *valid = NULL;
  if (!text) return json_null();
  if (unet_utf8_replace_invalid(&valid, text) != UNET_OK) return NULL;
  json_t *value = json_string(valid);
  free(valid);
  return value;
}

json_t *unet_report_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *unet_report_numbers(const double *values, size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; list && i < count; i++) {
    if (json_array_append_new(list, unet_report_number(values[i])) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}

json_t *unet_report_counts(const uint64_t *values, size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; list && i < count; i++) {
    if (json_array_append_new(list, json_integer((json_int_t)values[i])) == 0) continue;
    json_decref(list);
    list = NULL;
  }
  return list;
}
