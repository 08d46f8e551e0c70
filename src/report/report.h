/* A run as one page: report.html, which opens from disk and asks for nothing else. It shows figures, curves
 * and a gallery of pictures whose masks follow a slider for the threshold (see src/report/page/).
 *
 * The builder takes plain data in any order; what was not given is not shown. Texts are copied; bytes that
 * are no UTF-8 become U+FFFD. */
#ifndef UNETCL_REPORT_REPORT_H
#define UNETCL_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/image.h"
#include "unetcl/evaluate.h"

/* What the page weighs at most, unless options say less. */
enum { UNET_REPORT_BYTES = 19 * 1000 * 1000 };

/* The longer side of a shown picture: at least (unless it is smaller itself), and at most. */
enum { UNET_REPORT_SIDE = 384, UNET_REPORT_LARGEST_SIDE = 2048 };

typedef struct unet_report unet_report;

typedef struct unet_report_options {
  const char *title; /* the page's heading */
  float threshold;   /* defect is probability > threshold */
  size_t min_area;   /* pixels of the smallest region that makes a picture NG */
  bool has_truth;    /* masks are known */
  size_t max_bytes;  /* of the gallery's pictures; 0: UNET_REPORT_BYTES */
} unet_report_options;

unet_status unet_report_create(unet_report **out, const unet_report_options *options);
void unet_report_destroy(unet_report *report);

/* A line of the table of settings. Groups stand in the order of their first lines. */
unet_status unet_report_add_setting(unet_report *report, const char *group, const char *name,
                                    const char *value);

/* The learning curves of a training: a heading and rows of numbers, as log.csv has them; an empty field is a
 * gap. name (NULL: none) tells it from others; the model of best_epoch (0: unknown) was delivered. */
unet_status unet_report_add_log(unet_report *report, const char *name, size_t best_epoch, const char *csv);

/* A figure that holds for every threshold, such as the area under a curve: of one defect type, or of all
 * pictures (type NULL). NaN: it does not exist. */
unet_status unet_report_add_metric(unet_report *report, const char *type, const char *name, double value);

/* Points (x, y) in [0, 1], in the order of x, of one defect type or of all pictures (type NULL). */
typedef enum unet_report_curve {
  UNET_REPORT_PRECISION_RECALL, /* x recall, y precision */
  UNET_REPORT_PRO               /* x false positive rate, y per-region overlap */
} unet_report_curve;
unet_status unet_report_add_curve(unet_report *report, const char *type, unet_report_curve curve,
                                  const double *x, const double *y, size_t count);

/* The calibration curve, of one defect type or of all pictures (type NULL). */
unet_status unet_report_add_calibration(unet_report *report, const char *type,
                                        const unet_calibration_bin bins[UNET_CALIBRATION_BINS]);

/* A row of the table of folds. Every row has the same figures; NaN: it does not exist. */
typedef enum unet_report_row { UNET_REPORT_FOLD, UNET_REPORT_MEAN, UNET_REPORT_DEVIATION } unet_report_row;
typedef struct unet_report_figure {
  const char *name;
  double value;
} unet_report_figure;
unet_status unet_report_add_fold(unet_report *report, unet_report_row row, const char *name,
                                 const unet_report_figure *figures, size_t count);

/* Says how many pictures will be added, before the first of them: few are shown larger. */
void unet_report_expect(unet_report *report, size_t images);

/* All pointers are the caller's and only read. map and truth have the picture's height x width. */
typedef struct unet_report_image {
  const char *name, *type; /* type NULL: none */
  const unet_image *picture;
  const uint16_t *map;  /* probability x 65535 */
  const uint8_t *truth; /* defect where not 0; with has_truth NULL is a good picture, else it is left out */
  double score;         /* how sure the network is that there is a defect, [0, 1] */
} unet_report_image;

/* Every picture counts in the figures. Each is shown at its own size, or smaller where the room for as many
 * as are expected does not allow it, but not below UNET_REPORT_SIDE. The gallery keeps all while they are
 * small enough together; then half of the room goes to the worst (with truth: the lowest Dice, of equal ones
 * the most wrong pixels; without: the highest score), the other half to every n-th of the rest. */
unet_status unet_report_add_image(unet_report *report, const unet_report_image *image);

/* Writes the page, beside and renamed. UNET_NO_RESOURCE when it cannot be written. */
unet_status unet_report_write(unet_report *report, const char *path);

#endif
