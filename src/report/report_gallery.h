/* Which pictures the page shows, and the sums over all of them, shown or not. */
#ifndef UNETCL_REPORT_REPORT_GALLERY_H
#define UNETCL_REPORT_REPORT_GALLERY_H

#include "report/report.h"
#include "report/report_levels.h"

/* Sums over the pictures of one type. A picture shows a defect (NG) at the levels below the index at which it
 * is counted. */
typedef struct unet_report_type {
  char *type; /* NULL: of no type */
  size_t images, defect_images;
  unet_level_counts pixels;
  uint64_t defect_ng[UNET_REPORT_LEVELS], good_ng[UNET_REPORT_LEVELS];
  double dice_sum[UNET_REPORT_LEVELS]; /* at each level, over the pictures with a defect */
} unet_report_type;

/* A picture in the gallery. */
typedef struct unet_report_entry {
  size_t index; /* among all that were added */
  double dice;  /* at the model's threshold; 1 minus the score without truth */
  uint64_t wrong_pixels;
  char *json; /* the picture's object */
  size_t bytes;
} unet_report_entry;

/* Starts zeroed, but for the options. */
typedef struct unet_report_gallery {
  size_t min_area, max_bytes;
  size_t expected; /* pictures that will be added; 0: unknown */
  bool has_truth;
  unet_levels levels;
  unet_report_type *types; /* in the order of their first pictures */
  size_t n_types, types_capacity;
  unet_report_entry *entries;
  size_t count, capacity;
  size_t added, bytes;
  double drawn_bytes, drawn_pixels; /* of all that were drawn: what a pixel takes */
  size_t stride;                    /* every stride-th picture of the rest is kept; 0: all */
} unet_report_gallery;

unet_status unet_report_gallery_add(unet_report_gallery *gallery, const unet_report_image *image);

/* Leaves in the gallery what is to be shown, the worst first. */
void unet_report_gallery_settle(unet_report_gallery *gallery);
void unet_report_gallery_free(unet_report_gallery *gallery);

#endif
