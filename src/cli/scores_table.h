/* Scores as tables of text. */
#ifndef UNETCL_CLI_SCORES_TABLE_H
#define UNETCL_CLI_SCORES_TABLE_H

#include "unetcl/crossval.h"

/* A row for each type and one for all; "-" where a figure does not exist. */
void unet_print_scores(const unet_evaluation *evaluation);

/* The pooled Dice and the wrong verdicts, in a line each; without a defect there is no Dice. */
void unet_print_held_out(const unet_evaluation *evaluation);

/* A row for each fold, mean and deviation over them, and the table of all images out of fold. */
void unet_print_folds(const unet_crossval_result *result);

/* Two models side by side: all figures, and the Dice of each type. */
void unet_print_comparison(const unet_evaluation *evaluation, const char *name, const unet_evaluation *other,
                           const char *other_name);

#endif
