#include "data/survey.h"

#include <stdlib.h>

#include "base/alloc.h"

unet_status unet_survey_start(unet_dataset *dataset) {
  return unet_alloc_array((void *)&dataset->facts, dataset->count, sizeof *dataset->facts);
}

void unet_survey_free(unet_item_facts *facts, size_t count) {
  for (size_t i = 0; facts && i < count; i++) free(facts[i].defects);
  free(facts);
}

/* The edges of each region's box, while its pixels come in row by row. */
typedef struct box {
  size_t left, right, top, bottom, area;
} box;

static void add_pixel(box *b, size_t x, size_t y) {
  if (b->area++ == 0) *b = (box){.left = x, .right = x, .top = y, .bottom = y, .area = 1};
  if (x < b->left) b->left = x;
  if (x > b->right) b->right = x;
  b->bottom = y;
}

static unet_status keep_boxes(unet_item_facts *facts, const uint32_t *labels, size_t count,
                              const unet_mask *mask) {
  box *boxes = NULL;
  UNET_TRY(unet_alloc_array((void *)&boxes, count, sizeof *boxes));
  for (size_t i = 0; i < mask->width * mask->height; i++) {
    if (labels[i]) add_pixel(&boxes[labels[i] - 1], i % mask->width, i / mask->width);
  }
  unet_status status = unet_alloc_array((void *)&facts->defects, count, sizeof *facts->defects);
  if (status == UNET_OK) facts->n_defects = count;
  for (size_t i = 0; i < facts->n_defects; i++) {
    facts->defects[i] = (unet_defect_box){.width = boxes[i].right - boxes[i].left + 1,
                                          .height = boxes[i].bottom - boxes[i].top + 1,
                                          .area = boxes[i].area};
    facts->defect_pixels += boxes[i].area;
  }
  free(boxes);
  return status;
}

static unet_status find_defects(unet_item_facts *facts, const unet_mask *mask) {
  uint32_t *labels = NULL, count = 0;
  UNET_TRY(unet_alloc_array((void *)&labels, mask->width * mask->height, sizeof *labels));
  unet_status status = unet_label_regions(labels, &count, mask->values, mask->height, mask->width);
  if (status == UNET_OK) status = keep_boxes(facts, labels, count, mask);
  free(labels);
  return status;
}

unet_status unet_survey_item(unet_item_facts *facts, const unet_image *image, const unet_mask *mask) {
  if (facts->width > 0) return UNET_OK;
  facts->width = image->width;
  facts->height = image->height;
  facts->depth = image->depth;
  for (size_t i = 0; image->depth == 16 && i < image->width * image->height * image->channels; i++) {
    if (image->samples[i] > facts->brightest) facts->brightest = image->samples[i];
  }
  if (!mask->values) return UNET_OK;
  facts->has_mask = true;
  facts->mask_in_alpha = mask->in_alpha;
  facts->mask_largest = mask->largest;
  return find_defects(facts, mask);
}
