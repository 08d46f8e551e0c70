#include "report_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "data/synth_render.h"

static const char *const types[] = {"bent", "color", "flip", "scratch", "good"};
enum { TYPES = sizeof types / sizeof *types };

/* How much of the defect lies within a few pixels: soft edges, as a network's map has them. */
static double nearby(const uint8_t *truth, size_t size, size_t x, size_t y) {
  const size_t reach = size / 48 + 1;
  size_t sum = 0, count = 0;
  for (size_t v = y < reach ? 0 : y - reach; v <= y + reach && v < size; v++) {
    for (size_t u = x < reach ? 0 : x - reach; u <= x + reach && u < size; u++) {
      sum += truth[v * size + u];
      count++;
    }
  }
  return (double)sum / (double)count;
}

/* Moved, weakened and disturbed by a spot, all from the index. */
static void fill_map(report_sample *sample, uint32_t index, size_t size) {
  const size_t moved = size * (index % 7) / 100;
  const double strength = 1.0 - 0.07 * (index % 11);
  const double spot_x = 0.125 * (double)size * (1.0 + 0.1 * (index * 7 % 40)), spot_y = 0.125 * (double)size;
  const double spot_size = 0.02 * (double)size, spot_strength = index % 6 == 4 ? 0.7 : 0.2;
  for (size_t y = 0; y < size; y++) {
    for (size_t x = 0; x < size; x++) {
      const double far = hypot((double)x - spot_x, (double)y - spot_y) / spot_size;
      const double spot = spot_strength * exp(-far * far);
      const double found = strength * nearby(sample->truth, size, x >= moved ? x - moved : 0, y);
      const double value = 0.02 + 0.97 * fmax(found, spot);
      sample->map[y * size + x] = (uint16_t)(65535.0 * value);
      sample->score = fmax(sample->score, value);
    }
  }
}

unet_status report_sample_make(report_sample *out, uint32_t index, size_t size) {
  report_sample sample = {.type = types[index % TYPES]};
  unet_synth_scene scene;
  unet_image mask = {0};
  unet_status status = UNET_OK;
  unet_synth_draw(&scene, size, 5, index, (unet_synth_kind)(index % TYPES));
  UNET_TRY_GOTO(done, unet_synth_render(&sample.picture, &mask, &scene));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&sample.truth, size * size, 1));
  UNET_TRY_GOTO(done, unet_alloc_array((void *)&sample.map, size * size, sizeof *sample.map));
  for (size_t i = 0; i < size * size; i++) sample.truth[i] = mask.samples[i] != 0;
  fill_map(&sample, index, size);
  (void)snprintf(sample.name, sizeof sample.name, "test/%s/%03u.png", sample.type, (unsigned)index);
  *out = sample;
done:
  unet_image_free(&mask);
  if (status != UNET_OK) report_sample_free(&sample);
  return status;
}

void report_sample_free(report_sample *sample) {
  unet_image_free(&sample->picture);
  free(sample->truth);
  free(sample->map);
}

unet_status report_add_samples(unet_report *report, size_t count, size_t size, bool with_truth) {
  for (uint32_t i = 0; i < count; i++) {
    report_sample sample = {0};
    UNET_TRY(report_sample_make(&sample, i, size));
    const unet_report_image image = {.name = sample.name,
                                     .type = with_truth ? sample.type : NULL,
                                     .picture = &sample.picture,
                                     .map = sample.map,
                                     .truth = with_truth ? sample.truth : NULL,
                                     .score = sample.score};
    unet_status status = unet_report_add_image(report, &image);
    report_sample_free(&sample);
    UNET_TRY(status);
  }
  return UNET_OK;
}

static unet_status add_log(unet_report *report) {
  char log[8192] = "epoch,loss,dice,val_loss,val_dice,lr,seconds,images_per_second,select_loss\n";
  size_t length = 0;
  while (log[length]) length++;
  for (int epoch = 1; epoch <= 60; epoch++) {
    const double t = epoch / 60.0, wave = 0.03 * sin(1.7 * epoch);
    length += (size_t)snprintf(log + length, sizeof log - length, "%d,%.4f,%.4f,%.4f,%.4f,%.6f,1.5,40,%.4f\n",
                               epoch, 1.1 * exp(-3.0 * t) + 0.1 + 0.3 * wave, 0.9 * (1.0 - exp(-4.0 * t)),
                               1.0 * exp(-2.5 * t) + 0.25 + wave, 0.8 * (1.0 - exp(-4.0 * t)) + 0.5 * wave,
                               1e-3 * 0.5 * (1.0 + cos(3.14159 * t)), 1.0 * exp(-2.5 * t) + 0.3 - wave);
  }
  return unet_report_add_log(report, NULL, 52, log);
}

static unet_status add_curves(unet_report *report, const char *type) {
  enum { POINTS = 50 };
  double x[POINTS], precision[POINTS], overlap[POINTS];
  unet_calibration_bin bins[UNET_CALIBRATION_BINS] = {{0}};
  for (int i = 0; i < POINTS; i++) {
    x[i] = (double)i / (POINTS - 1);
    precision[i] = 1.0 - 0.9 * pow(x[i], 6.0);
    overlap[i] = pow(x[i], 0.08);
  }
  for (size_t k = 0; k < UNET_CALIBRATION_BINS; k++) {
    if (k == 6) continue; /* a bin without pixels */
    const double middle = ((double)k + 0.5) / UNET_CALIBRATION_BINS;
    bins[k] = (unet_calibration_bin){
        .predicted = middle, .observed = pow(middle, 1.6), .count = k == 0 ? 900000 : 4000 + 900 * k};
  }
  UNET_TRY(unet_report_add_curve(report, type, UNET_REPORT_PRECISION_RECALL, x, precision, POINTS));
  UNET_TRY(unet_report_add_curve(report, type, UNET_REPORT_PRO, x, overlap, POINTS));
  return unet_report_add_calibration(report, type, bins);
}

unet_status report_add_everything(unet_report *report) {
  UNET_TRY(unet_report_add_setting(report, "Run", "Data folder", "nuts & </script><b>bolts</b>"));
  UNET_TRY(unet_report_add_setting(report, "Model", "Input", "256 × 256 pixels"));
  UNET_TRY(unet_report_add_setting(report, "Training", "Seed", "3"));
  UNET_TRY(unet_report_add_metric(report, NULL, "Average precision", 0.9154));
  UNET_TRY(unet_report_add_metric(report, NULL, "Pixel AUROC", 0.987));
  UNET_TRY(unet_report_add_metric(report, NULL, "Image AUROC", NAN));
  UNET_TRY(unet_report_add_metric(report, NULL, "AUPRO", 0.9312));
  UNET_TRY(unet_report_add_metric(report, NULL, "Calibration error", 0.0231));
  UNET_TRY(unet_report_add_metric(report, "bent", "Pixel AUROC", 0.991));
  UNET_TRY(unet_report_add_metric(report, "scratch", "Pixel AUROC", 0.9));
  UNET_TRY(add_log(report));
  UNET_TRY(add_curves(report, NULL));
  UNET_TRY(add_curves(report, "bent"));
  return add_curves(report, "scratch");
}
