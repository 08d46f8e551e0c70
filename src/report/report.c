#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "report/report_gallery.h"
#include "report/report_json.h"
#include "report/report_page.h"
#include "unetcl/unetcl.h"

struct unet_report {
  json_t *page; /* all but the gallery */
  unet_report_gallery gallery;
};

/* --- what is not pictures ----------------------------------------------------------------------------- */

/* Adds to the page's list of that name; `item` may be NULL for want of memory, and is released. */
static unet_status append(unet_report *report, const char *list, json_t *item) {
  return json_array_append_new(json_object_get(report->page, list), item) == 0 ? UNET_OK
                                                                               : unet_report_no_memory();
}

static json_t *empty_page(const unet_report_options *options, const unet_levels *levels) {
  return json_pack("{s:o, s:s, s:o, s:i, s:I, s:b, s:[], s:[], s:[], s:[], s:[], s:[], s:[]}", "title",
                   unet_report_text(options->title), "version", unet_version(), "thresholds",
                   unet_report_numbers(levels->thresholds, UNET_REPORT_LEVELS), "chosen", (int)levels->chosen,
                   "minArea", (json_int_t)options->min_area, "hasTruth", (int)options->has_truth, "settings",
                   "metrics", "types", "logs", "curves", "calibration", "folds");
}

unet_status unet_report_create(unet_report **out, const unet_report_options *options) {
  unet_report *report = NULL;
  UNET_TRY(unet_alloc_array((void *)&report, 1, sizeof *report));
  unet_levels_make(&report->gallery.levels, options->threshold);
  report->gallery.min_area = options->min_area;
  report->gallery.has_truth = options->has_truth;
  report->gallery.max_bytes = options->max_bytes ? options->max_bytes : UNET_REPORT_BYTES;
  report->page = empty_page(options, &report->gallery.levels);
  if (!report->page) {
    unet_report_destroy(report);
    return unet_report_no_memory();
  }
  *out = report;
  return UNET_OK;
}

void unet_report_destroy(unet_report *report) {
  if (!report) return;
  unet_report_gallery_free(&report->gallery);
  json_decref(report->page);
  free(report);
}

unet_status unet_report_add_setting(unet_report *report, const char *group, const char *name,
                                    const char *value) {
  return append(
      report, "settings",
      json_pack("[o, o, o]", unet_report_text(group), unet_report_text(name), unet_report_text(value)));
}

unet_status unet_report_add_metric(unet_report *report, const char *type, const char *name, double value) {
  return append(report, "metrics",
                json_pack("{s:o, s:s, s:o}", "type", unet_report_text(type), "name", name, "value",
                          unet_report_number(value)));
}

unet_status unet_report_add_curve(unet_report *report, const char *type, unet_report_curve curve,
                                  const double *x, const double *y, size_t count) {
  static const char *const names[] = {"precisionRecall", "pro"};
  return append(report, "curves",
                json_pack("{s:o, s:s, s:o, s:o}", "type", unet_report_text(type), "curve", names[curve], "x",
                          unet_report_numbers(x, count), "y", unet_report_numbers(y, count)));
}

/* Bins without pixels are left out. */
unet_status unet_report_add_calibration(unet_report *report, const char *type,
                                        const unet_calibration_bin bins[UNET_CALIBRATION_BINS]) {
  double predicted[UNET_CALIBRATION_BINS], observed[UNET_CALIBRATION_BINS];
  uint64_t counts[UNET_CALIBRATION_BINS];
  size_t n = 0;
  for (size_t i = 0; i < UNET_CALIBRATION_BINS; i++) {
    if (bins[i].count == 0) continue;
    predicted[n] = bins[i].predicted;
    observed[n] = bins[i].observed;
    counts[n++] = bins[i].count;
  }
  return append(report, "calibration",
                json_pack("{s:o, s:o, s:o, s:o}", "type", unet_report_text(type), "x",
                          unet_report_numbers(predicted, n), "y", unet_report_numbers(observed, n), "counts",
                          unet_report_counts(counts, n)));
}

unet_status unet_report_add_fold(unet_report *report, unet_report_row row, const char *name,
                                 const unet_report_figure *figures, size_t count) {
  static const char *const rows[] = {"fold", "mean", "deviation"};
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++)
    (void)json_array_append_new(list,
                                json_pack("[s, o]", figures[i].name, unet_report_number(figures[i].value)));
  return append(
      report, "folds",
      json_pack("{s:s, s:o, s:o}", "row", rows[row], "name", unet_report_text(name), "figures", list));
}

/* --- the log ------------------------------------------------------------------------------------------ */

static json_t *heading_field(const char *text, size_t length) { return json_stringn(text, length); }

static json_t *number_field(const char *text, size_t length) {
  return length ? unet_report_number(strtod(text, NULL)) : json_null();
}

/* The fields of one line of CSV without quotes; *end = where the next line begins. */
static json_t *read_line(const char *line, const char **end, json_t *(*field)(const char *, size_t)) {
  json_t *fields = json_array();
  for (;;) {
    const size_t length = strcspn(line, ",\r\n");
    json_array_append_new(fields, field(line, length));
    line += length;
    if (*line != ',') break;
    line++;
  }
  *end = line + strspn(line, "\r\n");
  return fields;
}

unet_status unet_report_add_log(unet_report *report, const char *name, size_t best_epoch, const char *csv) {
  json_t *rows = json_array();
  json_t *columns = read_line(csv, &csv, heading_field);
  while (*csv) (void)json_array_append_new(rows, read_line(csv, &csv, number_field));
  return append(report, "logs",
                json_pack("{s:o, s:I, s:o, s:o}", "name", unet_report_text(name), "best",
                          (json_int_t)best_epoch, "columns", columns, "rows", rows));
}

/* --- pictures and the whole --------------------------------------------------------------------------- */

void unet_report_expect(unet_report *report, size_t images) { report->gallery.expected = images; }

unet_status unet_report_add_image(unet_report *report, const unet_report_image *image) {
  return unet_report_gallery_add(&report->gallery, image);
}

static json_t *type_object(const unet_report_type *sums) {
  return json_pack("{s:s?, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "type", sums->type, "images",
                   (json_int_t)sums->images, "defectImages", (json_int_t)sums->defect_images, "defect",
                   unet_report_counts(sums->pixels.defect, UNET_REPORT_LEVELS), "good",
                   unet_report_counts(sums->pixels.good, UNET_REPORT_LEVELS), "defectNg",
                   unet_report_counts(sums->defect_ng, UNET_REPORT_LEVELS), "goodNg",
                   unet_report_counts(sums->good_ng, UNET_REPORT_LEVELS), "diceSum",
                   unet_report_numbers(sums->dice_sum, UNET_REPORT_LEVELS));
}

/* The page's text is a JSON object without its last brace, so that the pictures can follow one by one. */
typedef struct page_data {
  char *text;
  const unet_report_gallery *gallery;
} page_data;

static void write_data(FILE *stream, void *user) {
  const page_data *data = user;
  data->text[strlen(data->text) - 1] = '\0';
  unet_page_write_json(stream, data->text);
  fputs(",\n\"pictures\":[", stream);
  for (size_t i = 0; i < data->gallery->count; i++) {
    fputs(i ? ",\n" : "\n", stream);
    unet_page_write_json(stream, data->gallery->entries[i].json);
  }
  fputs("]}", stream);
}

static unet_status write_page(const page_data *data, const char *path) {
  unet_atomic_file *file = NULL;
  page_data copy = *data;
  UNET_TRY(unet_atomic_open(&file, path));
  unet_status status = unet_page_write(unet_atomic_stream(file), write_data, &copy);
  if (status == UNET_OK) return unet_atomic_commit(file);
  unet_atomic_abandon(file);
  return status;
}

unet_status unet_report_write(unet_report *report, const char *path) {
  unet_report_gallery *gallery = &report->gallery;
  unet_report_gallery_settle(gallery);
  if (json_array_clear(json_object_get(report->page, "types")) != 0) return unet_report_no_memory();
  for (size_t i = 0; i < gallery->n_types; i++)
    UNET_TRY(append(report, "types", type_object(&gallery->types[i])));
  page_data data = {.text = json_dumps(report->page, JSON_COMPACT | JSON_REAL_PRECISION(9)),
                    .gallery = gallery};
  if (!data.text) return unet_report_no_memory();
  unet_status status = write_page(&data, path);
  free(data.text);
  return status;
}
