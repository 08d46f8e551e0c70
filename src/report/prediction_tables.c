#include "report/prediction_tables.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/path.h"
#include "base/utf8.h"

enum { IMAGES, REGIONS, JSON };
static const char *const names[UNET_PREDICTION_TABLES] = {"predictions.csv", "regions.csv",
                                                          "predictions.json"};

static FILE *stream_of(const unet_prediction_tables *tables, size_t file) {
  return unet_atomic_stream(tables->files[file]);
}

/* --- CSV ---------------------------------------------------------------------------------------------- */

static void write_image_row(FILE *table, const unet_prediction *p) {
  unet_csv_write_text(table, p->image);
  fprintf(table, ",%zu,%.6f,%.6f,%s,%zu,%.6f,", p->defect_pixels, p->defect_share, p->max_probability,
          p->verdict, p->regions.count, p->score);
  if (p->regions.count == 0) {
    fputs(",,,\n", table);
    return;
  }
  const unet_region *largest = &p->regions.items[0];
  fprintf(table, "%zu,%zu,%zu,%zu\n", largest->x, largest->y, largest->width, largest->height);
}

static void write_region_rows(FILE *table, const unet_prediction *p) {
  for (size_t i = 0; i < p->regions.count; i++) {
    const unet_region *r = &p->regions.items[i];
    unet_csv_write_text(table, p->image);
    fprintf(table, ",%zu,%zu,%zu,%zu,%zu,%zu,%.6f,%.6f,%.2f,%.2f\n", i + 1, r->x, r->y, r->width, r->height,
            r->area, r->score, r->mean, r->centre_x, r->centre_y);
  }
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static json_t *region_object(const unet_region *r) {
  return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "x", (json_int_t)r->x, "y",
                   (json_int_t)r->y, "width", (json_int_t)r->width, "height", (json_int_t)r->height, "area",
                   (json_int_t)r->area, "score", r->score, "mean", r->mean, "centre_x", r->centre_x,
                   "centre_y", r->centre_y);
}

/* NULL without memory. */
static json_t *image_object(const unet_prediction *p, const char *image) {
  json_t *regions = json_array();
  for (size_t i = 0; i < p->regions.count; i++) {
    if (json_array_append_new(regions, region_object(&p->regions.items[i])) == 0) continue;
    json_decref(regions);
    return NULL;
  }
  return json_pack("{s:s, s:I, s:f, s:f, s:s, s:f, s:o}", "image", image, "defect_pixels",
                   (json_int_t)p->defect_pixels, "defect_share", p->defect_share, "max_probability",
                   p->max_probability, "verdict", p->verdict, "score", p->score, "regions", regions);
}

/* That the disk is full is found at the commit. */
static unet_status write_object(FILE *file, const unet_prediction *p, bool first) {
  char *image = NULL;
  UNET_TRY(unet_utf8_replace_invalid(&image, p->image));
  json_t *object = image_object(p, image);
  char *text = object ? json_dumps(object, JSON_REAL_PRECISION(9)) : NULL;
  json_decref(object);
  free(image);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory: predictions.json cannot be made");
  fprintf(file, "%s\n  %s", first ? "" : ",", text);
  free(text);
  return UNET_OK;
}

/* --- all three ---------------------------------------------------------------------------------------- */

static unet_status open_file(unet_atomic_file **file, const char *folder, const char *name) {
  char *path = NULL;
  UNET_TRY(unet_path_join(&path, folder, name));
  unet_status status = unet_atomic_open(file, path);
  free(path);
  return status;
}

unet_status unet_prediction_tables_open(unet_prediction_tables *tables, const char *folder, float threshold,
                                        size_t min_area) {
  *tables = (unet_prediction_tables){0};
  for (size_t i = 0; i < UNET_PREDICTION_TABLES; i++) {
    unet_status status = open_file(&tables->files[i], folder, names[i]);
    if (status == UNET_OK) continue;
    unet_prediction_tables_abandon(tables);
    return status;
  }
  fputs("image,defect_pixels,defect_share,max_probability,verdict,regions,score,x,y,width,height\n",
        stream_of(tables, IMAGES));
  fputs("image,region,x,y,width,height,area,score,mean,centre_x,centre_y\n", stream_of(tables, REGIONS));
  fprintf(stream_of(tables, JSON), "{\"threshold\": %.9g, \"min_area\": %zu, \"images\": [",
          (double)threshold, min_area);
  return UNET_OK;
}

unet_status unet_prediction_tables_add(unet_prediction_tables *tables, const unet_prediction *prediction) {
  UNET_TRY(write_object(stream_of(tables, JSON), prediction, tables->images == 0));
  write_image_row(stream_of(tables, IMAGES), prediction);
  write_region_rows(stream_of(tables, REGIONS), prediction);
  tables->images++;
  return UNET_OK;
}

unet_status unet_prediction_tables_commit(unet_prediction_tables *tables) {
  fputs("\n]}\n", stream_of(tables, JSON));
  for (size_t i = 0; i < UNET_PREDICTION_TABLES; i++) {
    unet_status status = unet_atomic_commit(tables->files[i]);
    tables->files[i] = NULL;
    if (status == UNET_OK) continue;
    unet_prediction_tables_abandon(tables);
    return status;
  }
  return UNET_OK;
}

void unet_prediction_tables_abandon(unet_prediction_tables *tables) {
  for (size_t i = 0; i < UNET_PREDICTION_TABLES; i++) {
    unet_atomic_abandon(tables->files[i]);
    tables->files[i] = NULL;
  }
}
