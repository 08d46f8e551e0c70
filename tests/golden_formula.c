/* The formula behind the golden files and the comparison with a record; tools/golden_formula.py is its other
   side, and both must stay equal. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "golden_case.h"

enum {
  NOISE_STREAM = 0x1000,
  BLOB_STREAM = 0x2000,
  PROJECTION_STREAM = 0x3000,
  SAMPLE_STREAM = 0x4000,
  BLOBS = 2,
};

static const double bias_scale = 0.1;

static uint32_t mix(uint32_t x) {
  x = (x ^ (x >> 16)) * UINT32_C(0x7feb352d);
  x = (x ^ (x >> 15)) * UINT32_C(0x846ca68b);
  return x ^ (x >> 16);
}

uint32_t golden_hash(uint32_t stream, uint32_t index) { return mix(index ^ mix(stream + 1)); }

double golden_uniform(uint32_t stream, uint32_t index) {
  return (double)(golden_hash(stream, index) >> 8) / 8388608.0 - 1.0;
}

size_t golden_sample_index(size_t count, size_t k) {
  return count <= GOLDEN_SAMPLES ? k : golden_hash(SAMPLE_STREAM, (uint32_t)k) % count;
}

size_t golden_map_size(const golden_case *golden) { return golden->batch * golden->height * golden->width; }

size_t golden_image_size(const golden_case *golden) { return golden->channels * golden_map_size(golden); }

void golden_fill_parameter(const golden_case *golden, size_t t, float *values) {
  const golden_tensor *tensor = &golden->tensors[t];
  double scale = bias_scale;
  if (tensor->rank == 4) {
    size_t fans = tensor->shape[2] * tensor->shape[3] * (tensor->shape[0] + tensor->shape[1]);
    scale = golden->gain * sqrt(6.0 / (double)fans);
  }
  for (size_t i = 0; i < tensor->count; i++)
    values[i] = (float)(scale * golden_uniform((uint32_t)t, (uint32_t)i));
}

/* Blob b of image n: an ellipse whose centre and radii come from four hashes. */
static bool in_blob(const golden_case *golden, size_t n, size_t b, size_t y, size_t x) {
  int64_t height = (int64_t)golden->height, width = (int64_t)golden->width;
  uint32_t first = (uint32_t)(4 * (BLOBS * n + b));
  int64_t dx = (int64_t)x - golden_hash(BLOB_STREAM, first) % width;
  int64_t dy = (int64_t)y - golden_hash(BLOB_STREAM, first + 1) % height;
  int64_t rx = width / 8 + golden_hash(BLOB_STREAM, first + 2) % (width / 8);
  int64_t ry = height / 8 + golden_hash(BLOB_STREAM, first + 3) % (height / 8);
  return dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry;
}

static bool in_mask(const golden_case *golden, size_t n, size_t y, size_t x) {
  if (n % 3 == 2) return false;
  for (size_t b = 0; b < BLOBS; b++)
    if (in_blob(golden, n, b, y, x)) return true;
  return false;
}

void golden_fill_masks(const golden_case *golden, float *values) {
  for (size_t n = 0; n < golden->batch; n++)
    for (size_t y = 0; y < golden->height; y++)
      for (size_t x = 0; x < golden->width; x++) *values++ = in_mask(golden, n, y, x) ? 1.0f : 0.0f;
}

/* Slanted waves, some noise, brighter under the mask; in 1/65536, so exact. */
void golden_fill_images(const golden_case *golden, float *values) {
  size_t pixels = golden->height * golden->width;
  for (size_t i = 0; i < golden_image_size(golden); i++) {
    size_t x = i % golden->width, y = i % pixels / golden->width;
    size_t c = i / pixels % golden->channels, n = i / pixels / golden->channels;
    int wave = abs((int)((5 * x + 3 * y + 40 * n + 70 * c) % 256) - 128);
    int noise = (int)(golden_hash(NOISE_STREAM, (uint32_t)i) >> 19);
    int level = 8192 + 192 * wave + noise + (in_mask(golden, n, y, x) ? 16384 : 0);
    values[i] = (float)level / 65536.0f;
  }
}

/* The larger of two errors; NaN counts as infinite. */
static double larger(double a, double b) {
  if (isnan(a) || isnan(b)) return INFINITY;
  return a > b ? a : b;
}

static double projection_of(const golden_record *record, const float *values, size_t k) {
  double sum = 0.0;
  for (size_t i = 0; i < record->count; i++)
    sum += values[i] * golden_uniform((uint32_t)(PROJECTION_STREAM + k), (uint32_t)i);
  return sum;
}

golden_error golden_compare(const golden_record *record, const float *values) {
  golden_error error = {0};
  double square = 0.0, rms = record->norm / sqrt((double)record->count);
  for (size_t i = 0; i < record->count; i++) square += (double)values[i] * values[i];
  error.norm = larger(0.0, fabs(sqrt(square) - record->norm) / record->norm);
  for (size_t k = 0; k < GOLDEN_PROJECTIONS; k++) {
    double off = fabs(projection_of(record, values, k) - record->projections[k]) / record->norm;
    error.projection = larger(error.projection, off);
  }
  size_t worst = 0;
  for (size_t k = 0; k < record->sample_count; k++) {
    double off = fabs(values[golden_sample_index(record->count, k)] - record->samples[k]) / rms;
    if (!(off <= error.sample)) worst = k;
    error.sample = larger(error.sample, off);
  }
  error.worst = larger(error.norm, larger(error.projection, error.sample));
  size_t at = golden_sample_index(record->count, worst);
  (void)snprintf(error.where, sizeof error.where,
                 "norm off by %.2g, projection by %.2g, sample by %.2g at [%zu]: %.9g, golden %.9g",
                 error.norm, error.projection, error.sample, at, (double)values[at], record->samples[worst]);
  return error;
}

double golden_compare_map(const golden_case *golden, const float *values, size_t *where) {
  double worst = 0.0;
  *where = 0;
  for (size_t i = 0; i < golden_map_size(golden); i++) {
    double off = fabs(values[i] - golden->probability[i]);
    if (!(off <= worst)) *where = i;
    worst = larger(worst, off);
  }
  return worst;
}
