/* The options that training takes; the same for every command that trains. */
#ifndef UNETCL_CLI_TRAIN_OPTIONS_H
#define UNETCL_CLI_TRAIN_OPTIONS_H

#include <float.h>

#include "cli/architecture_options.h"
#include "cli/augment_options.h"
#include "cli/data_options.h"
#include "cli/recipe_options.h"
#include "unetcl/train.h"

enum { UNET_FILTERS_BYTES = 256 };

extern const char *const unet_recipe_names[];
typedef enum unet_recipe_name { UNET_RECIPE_DEFAULT, UNET_RECIPE_ARTICLE } unet_recipe_name;

/* As given. Stays where it is while its line is parsed. */
typedef struct unet_train_arguments {
  unet_train_options train;
  unet_architecture_options network;
  unet_recipe_name recipe;
  unet_augment_words augment;
  const char *platform, *device;
  char filters[UNET_FILTERS_BYTES]; /* text of the filters of a run to resume */
} unet_train_arguments;

#define UNET_TRAIN_OPTIONS(a)                                                                                \
  UNET_ARCHITECTURE_OPTIONS((a).network),                                                                    \
      {"epochs", UNET_OPTION_SIZE, &(a).train.epochs, "N", "passes over the training images", 1, 1000000},   \
      {"batch", UNET_OPTION_SIZE, &(a).train.batch, "N", "images in a step", 1, 4096},                       \
      {"lr", UNET_OPTION_REAL, &(a).train.learning_rate, "R", "Adam's learning rate", FLT_MIN, FLT_MAX},     \
      {"seed",                                                                                               \
       UNET_OPTION_SEED,                                                                                     \
       &(a).train.seed,                                                                                      \
       "K",                                                                                                  \
       "of the split, the first weights and the order of images",                                            \
       0,                                                                                                    \
       0},                                                                                                   \
      {"select",                                                                                             \
       UNET_OPTION_REAL,                                                                                     \
       &(a).train.select,                                                                                    \
       "V",                                                                                                  \
       "share of the training images set aside to choose the best epoch and the threshold on",               \
       0,                                                                                                    \
       0.9},                                                                                                 \
      {"target-recall",                                                                                      \
       UNET_OPTION_REAL,                                                                                     \
       &(a).train.target_recall,                                                                             \
       "R",                                                                                                  \
       "choose the highest threshold that finds this share of the defect pixels of --select",                \
       0,                                                                                                    \
       1},                                                                                                   \
      {"target-false-alarms",                                                                                \
       UNET_OPTION_REAL,                                                                                     \
       &(a).train.target_false_alarms,                                                                       \
       "F",                                                                                                  \
       "choose the lowest threshold that marks at most this share of the good pixels of --select",           \
       0,                                                                                                    \
       1},                                                                                                   \
      {"threshold",                                                                                          \
       UNET_OPTION_REAL,                                                                                     \
       &(a).train.threshold,                                                                                 \
       "T",                                                                                                  \
       "the model's: what is more probable is marked; else chosen by --select, or 0.5",                      \
       0,                                                                                                    \
       1},                                                                                                   \
      {"good", UNET_OPTION_SIZE, &(a).train.good, "N", "images of train/good to train on, too", 0, 1000000}, \
      {"min-area",                                                                                           \
       UNET_OPTION_SIZE,                                                                                     \
       &(a).train.min_area,                                                                                  \
       "A",                                                                                                  \
       "pixels that a region has at least, at the images' own size, to be taken for a defect",               \
       0,                                                                                                    \
       1e9},                                                                                                 \
      {"tile",                                                                                               \
       UNET_OPTION_FLAG,                                                                                     \
       &(a).train.tile,                                                                                      \
       NULL,                                                                                                 \
       "work on windows of --size at the pictures' own scale, so that nothing is shrunk",                    \
       0,                                                                                                    \
       0},                                                                                                   \
      UNET_OPTION_CHOICE_OF("recipe", (a).recipe, unet_recipe_names,                                         \
                            "default, or article: what the following are unless given"),                     \
      UNET_RECIPE_OPTIONS((a).train.recipe), UNET_AUGMENT_OPTIONS((a).augment, (a).train.augment),           \
      {"resume",                                                                                             \
       UNET_OPTION_FLAG,                                                                                     \
       &(a).train.resume,                                                                                    \
       NULL,                                                                                                 \
       "go on from the last checkpoint, with the options it was started with",                               \
       0,                                                                                                    \
       0},                                                                                                   \
      {"tune",                                                                                               \
       UNET_OPTION_FLAG,                                                                                     \
       &(a).train.tune,                                                                                      \
       NULL,                                                                                                 \
       "first find the fastest algorithms for this network and batch, as unetcl tune does",                  \
       0,                                                                                                    \
       0},                                                                                                   \
      {"overwrite", UNET_OPTION_FLAG, &(a).train.overwrite, NULL, "replace what the folder holds", 0, 0},    \
      UNET_DEVICE_OPTIONS((a).platform, (a).device)

unet_train_arguments unet_train_arguments_default(void);

/* Parses `line`, whose options point into *arguments, as unet_parse_command_line does. Sets that stand for
 * several options (--recipe, --augment) come first, whatever their place in the line. *help: --help was
 * printed. */
unet_status unet_train_arguments_parse(bool *help, unet_train_arguments *arguments, int argc, char **argv,
                                       const unet_command_line *line);

/* The same a second time, over the options of the run to resume: what is given again must agree with them.
 * The run must outlive the arguments. Without one (NULL) what was given stays, to start afresh, and must name
 * a data set; `folder` is where the run was looked for (UNET_USAGE). */
unet_status unet_train_arguments_parse_resumed(unet_train_arguments *arguments, const unet_run_options *run,
                                               const char *folder, int argc, char **argv,
                                               const unet_command_line *line);

/* Checks what was given and fills in the network. UNET_USAGE. */
unet_status unet_train_arguments_finish(unet_train_arguments *arguments);

#endif
