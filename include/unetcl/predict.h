/* Marking defects: frames in memory, and image files. */
#ifndef UNETCL_PREDICT_H
#define UNETCL_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/device.h"
#include "unetcl/model.h"

/* One defect: a region of pixels above the threshold that touch each other, corners included. Lengths are
 * pixels of the picture, x to the right and y down from its top left pixel, which is (0, 0). */
typedef struct unet_region {
  size_t x, y, width, height; /* the smallest upright box around it */
  size_t area;                /* its pixels */
  double score, mean;         /* its highest probability, and the mean over its pixels */
  double centre_x, centre_y;  /* mean of its pixels' x and y */
} unet_region;

/* The regions of a picture, largest first; of equal areas, the higher one, then that on the left. Starts
 * zeroed; may be filled again and again, keeping its memory; the caller releases it. */
typedef struct unet_regions {
  unet_region *items;
  size_t count, capacity;
} unet_regions;
UNET_API void unet_regions_free(unet_regions *regions);

/* A model made ready on a device; takes `batch` images at a time (1 for single frames). Used from one thread
 * at a time. The device must outlive it; the model is copied. */
typedef struct unet_predictor unet_predictor;
UNET_API unet_status unet_predictor_create(unet_predictor **out, unet_device *device, const unet_model *model,
                                           size_t batch);
/* With `on`, a map is the mean over the symmetries of the network's input: eight if it is square, else four.
 * Takes as many times as long. UNET_NO_RESOURCE. */
UNET_API unet_status unet_predictor_set_tta(unet_predictor *predictor, bool on);
UNET_API void unet_predictor_destroy(unet_predictor *predictor);

/* One frame in memory: 8-bit RGB, rows of `stride` bytes (width * 3 or more). `probability` (height x width
 * floats, multiples of 1/65535) and `mask` (height x width bytes, 0 or 255) are at the frame's own size, the
 * same as unet_predict_files writes for such a picture. `regions` gets what the mask marks: the frame is OK
 * where their count is 0. Regions smaller than the model's min_area are in neither. Each may be NULL. */
UNET_API unet_status unet_predict_frame(unet_predictor *predictor, const uint8_t *rgb, size_t width,
                                        size_t height, size_t stride, float *probability, uint8_t *mask,
                                        unet_regions *regions);

/* What became of one image. */
typedef struct unet_prediction {
  const char *image;    /* its path */
  const char *verdict;  /* "NG" where a region is left, "OK" otherwise */
  size_t defect_pixels; /* of all regions, at the image's own size */
  double defect_share;  /* of all pixels */
  double max_probability;
  double score;         /* highest mean probability over 21x21 pixels, as unet_evaluate has it */
  unet_regions regions; /* live during the call */
} unet_prediction;

typedef struct unet_predict_options {
  const char *out;                                                 /* folder for the results */
  void (*on_image)(void *user, const unet_prediction *prediction); /* after each image; may be NULL */
  void (*on_problem)(void *user, const char *line); /* an image that cannot be read; may be NULL */
  bool (*stop)(void *user); /* asked before each image; true ends with UNET_INTERRUPTED; may be NULL */
  void *user;
  void (*on_note)(void *user, const char *line); /* folders that were passed over; may be NULL */
} unet_predict_options;

/* Image files: `inputs` are images, or folders that are walked and mirrored under options->out (which is
 * passed over where it lies in one of them, as are others with a predictions.json, and MVTec's ground_truth).
 * Writes for each image, at its own size, NAME_mask.png (0 or 255), NAME_prob.png (16-bit grey, probability x
 * 65535) and NAME_overlay.png, and over all
 *   predictions.csv   for each image: image, defect_pixels, defect_share, max_probability, verdict, regions
 *                     (how many), score, x, y, width, height (of the largest; empty without one)
 *   regions.csv       for each region: image, region (from 1), x, y, width, height, area, score, mean,
 *                     centre_x, centre_y
 *   predictions.json  {"threshold", "min_area", "images": [...]}, by the same names; `regions` is a list
 *   report.html       a page with all images, where the threshold may be moved
 * Regions smaller than the model's min_area are in none of them, nor in mask and overlay. JSON is UTF-8:
 * other bytes of a path become U+FFFD there; the tables hold them as they are. Images that cannot be read are
 * told and left out, and end the call with UNET_BAD_INPUT after the others are written; inputs without any
 * image are UNET_BAD_INPUT, two images that would write the same file, or a result that would replace an
 * input, UNET_USAGE, before anything is written. However it ends, what was done stays. A folder made for
 * nothing is removed. */
UNET_API unet_status unet_predict_files(unet_predictor *predictor, const char *const *inputs, size_t n_inputs,
                                        const unet_predict_options *options);

#endif
