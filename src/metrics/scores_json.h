/* Scores for machines. */
#ifndef UNETCL_METRICS_SCORES_JSON_H
#define UNETCL_METRICS_SCORES_JSON_H

#include <jansson.h>

#include "unetcl/evaluate.h"

/* New objects, NULL without memory: the scores by their names, null where one is undefined. */
json_t *unet_scores_to_json(const unet_scores *scores, float threshold);
/* The same of all images, and per_type, calibration and per_image. */
json_t *unet_evaluation_to_json(const unet_evaluation *evaluation);

#endif
