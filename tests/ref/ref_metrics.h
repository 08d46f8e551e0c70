/* The figures of docs/metrics.md, written from their definitions: pairs are compared one by one, and every
 * threshold looks at every pixel again. */
#ifndef UNETCL_TESTS_REF_METRICS_H
#define UNETCL_TESTS_REF_METRICS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ref_image {
  size_t height, width;
  uint16_t *map;
  uint8_t *mask;
} ref_image;

double ref_pixel_auroc(const ref_image *images, size_t count);
double ref_average_precision(const ref_image *images, size_t count);
double ref_aupro(const ref_image *images, size_t count);
double ref_calibration_error(const ref_image *images, size_t count);
double ref_image_score(const ref_image *image);
/* Of each image's score and whether its mask has a pixel. */
double ref_image_auroc(const ref_image *images, size_t count);

/* What is marked at a threshold (value / 65535.0f > threshold), over all images. */
typedef struct ref_shares {
  double dice, recall, false_alarms;
} ref_shares;
ref_shares ref_at_threshold(const ref_image *images, size_t count, float threshold);

#endif
