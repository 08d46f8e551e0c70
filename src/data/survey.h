/* What reading the pictures of a data set learns of them, and what follows from it for training. */
#ifndef UNETCL_DATA_SURVEY_H
#define UNETCL_DATA_SURVEY_H

#include <stdbool.h>

#include "data/dataset.h"

/* From now on unet_items_read keeps the facts of what it reads in the data set. */
unet_status unet_survey_start(unet_dataset *dataset);
void unet_survey_free(unet_item_facts *facts, size_t count);

/* *facts = those of a picture and, where it has one, its mask; once read they stay. */
unet_status unet_survey_item(unet_item_facts *facts, const unet_image *image, const unet_mask *mask);

/* UNET_BAD_INPUT where no image is labelled; needs no facts. */
unet_status unet_survey_require_labelled(const unet_dataset *dataset);

/* UNET_BAD_INPUT where none of the pictures that were read has a defect: there is nothing to learn. */
unet_status unet_survey_require_defects(const unet_dataset *dataset);

/* What the pictures are to become: the input of a network, or windows of that size at their own scale. */
typedef struct unet_survey_view {
  size_t height, width;
  bool tile;
} unet_survey_view;

/* Tells what is worth knowing of what was read: its sizes and masks that are not used to on_fact, what will
 * make a bad model to on_warning. Either may be NULL. */
unet_status unet_survey_tell(const unet_dataset *dataset, const unet_survey_view *view,
                             unet_problem_fn on_fact, unet_problem_fn on_warning, void *user);

#endif
