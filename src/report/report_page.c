#include "report/report_page.h"

#include <stdbool.h>
#include <string.h>

static const char *find_source(const char *name, size_t length) {
  for (size_t i = 0; i < unet_page_source_count; i++) {
    const unet_page_source *source = &unet_page_sources[i];
    if (strlen(source->name) == length && strncmp(source->name, name, length) == 0) return source->text;
  }
  return NULL;
}

unet_status unet_page_write(FILE *stream, void (*write_data)(FILE *stream, void *user), void *user) {
  static const char template[] = "report.html.in", data[] = "DATA";
  const char *text = find_source(template, sizeof template - 1);
  for (const char *mark = strchr(text, '@'); mark; mark = strchr(text, '@')) {
    const char *name = mark + 1;
    const size_t length = strcspn(name, "@");
    const bool is_data = length == sizeof data - 1 && strncmp(name, data, length) == 0;
    const char *source = find_source(name, length);
    if (!is_data && !source)
      return unet_fail(UNET_INTERNAL, "no part %.*s of the report in this build; please report it",
                       (int)length, name);
    fwrite(text, 1, (size_t)(mark - text), stream);
    if (is_data) {
      write_data(stream, user);
    } else {
      fputs(source, stream);
    }
    text = name + length + 1;
  }
  fputs(text, stream);
  return UNET_OK;
}

/* In JSON a < can only stand in a string. */
void unet_page_write_json(FILE *stream, const char *json) {
  for (size_t length = strcspn(json, "<"); json[length]; length = strcspn(json, "<")) {
    fwrite(json, 1, length, stream);
    fputs("\\u003c", stream);
    json += length + 1;
  }
  fputs(json, stream);
}
