/* Training a U-Net on labelled pictures. */
#ifndef UNETCL_TRAIN_H
#define UNETCL_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/augment.h"
#include "unetcl/dataset.h"
#include "unetcl/device.h"
#include "unetcl/evaluate.h"
#include "unetcl/model.h"
#include "unetcl/recipe.h"
#include "unetcl/tune.h"

/* Texts need to live only during the call. */
typedef struct unet_train_options {
  unet_dataset_options data;
  const char *split_file; /* a split to use; NULL: made from val, select, good and seed */
  const char *folder; /* of the run; NULL: runs/train, runs/train-2, ... (with resume: the newest of them) */
  unet_architecture architecture;
  size_t epochs, batch;
  double learning_rate;
  uint64_t seed; /* of the split, the initial weights and the order of the images */
  double val;    /* see unet_split_options, as the next two */
  double select; /* above 0: best and threshold are chosen on that share; 0: best is the last epoch */
  /* The threshold chosen with select is that of the highest Dice; or, with one of these above 0, the highest
   * that finds such a share of the defect pixels, or the lowest that marks no more than such a share of the
   * good ones. */
  double target_recall, target_false_alarms;
  double threshold; /* of the model, in [0, 1], so that none is chosen; NaN: chosen with select, else 0.5 */
  size_t good;
  size_t min_area; /* the model's, see unet_model_min_area */
  bool tile; /* train on windows of the network's size at the pictures' own scale, and predict with such */
  unet_recipe recipe;
  unet_augment_options augment; /* of the training images; all zero: none */
  bool resume;                  /* go on from the folder's last checkpoint; afresh where there is none */
  bool overwrite;               /* the folder may hold a run, which is lost */
  bool tune; /* tune the device for this network and batch first, see unet_tune; not with resume */
} unet_train_options;

/* The article's: 100 epochs, batch 8, rate 1e-3, a fifth held out. The data set is left to the caller. */
UNET_API unet_train_options unet_train_options_article(void);
/* What measured best: see docs/recipes.md. */
UNET_API unet_train_options unet_train_options_default(void);

/* UNET_USAGE for options that make no sense; unet_train asks it, too. Looks at no file and needs no device.
 */
UNET_API unet_status unet_train_check(const unet_train_options *options);

/* *text = the command line that trains with these options, those that are not the defaults; without folder,
 * resume, overwrite and tune. The caller frees it. */
UNET_API unet_status unet_train_command(char **text, const unet_train_options *options);

/* The options that an earlier run was started with, from its config.json; a run is resumed with them. */
typedef struct unet_run_options unet_run_options;

/* *out = those of the run in `folder` (NULL: the newest of runs/train, runs/train-2, ...), or NULL where
 * there is none. UNET_BAD_INPUT for a config.json that was not written by unet_train. */
UNET_API unet_status unet_run_options_load(unet_run_options **out, const char *folder);
/* With resume set; folder is NULL. Texts live as long as `options`. */
UNET_API unet_train_options unet_run_options_get(const unet_run_options *options);
UNET_API void unet_run_options_free(unet_run_options *options);

/* Told after each step. */
typedef struct unet_train_step {
  size_t epoch, epochs; /* from 1 */
  size_t step, steps;   /* of the epoch, from 1 */
  double loss, dice;    /* means over the epoch's images so far; see unet_train_epoch */
  double images_per_second, seconds_left;
} unet_train_step;

/* Told after each epoch: the row of log.csv. Both Dice are soft: made of probabilities, at the network's
 * size, so that they are lower than that of the masks that the model makes (see unet_train_result). */
typedef struct unet_train_epoch {
  size_t epoch, epochs;
  double loss, dice;         /* means over the training images */
  double val_loss, val_dice; /* pooled over all held-out pixels; NaN without held-out images */
  double learning_rate, seconds, images_per_second;
  double select_loss; /* over the pixels of the images set aside, by which the best epoch is chosen; NaN
                         without any */
} unet_train_epoch;

/* Each may be NULL. Called from the thread that trains; lines live only during the call. */
typedef struct unet_train_callbacks {
  void *user;
  void (*on_step)(void *user, const unet_train_step *step);
  void (*on_epoch)(void *user, const unet_train_epoch *epoch);
  void (*on_note)(void *user, const char *line); /* something to know: where results go, a fresh start */
  unet_problem_fn on_problem;                    /* each problem of the data set */
  void (*on_tuned)(void *user, const unet_tuned_node *node); /* with tune: each node */
  bool (*stop)(void *user); /* asked after each step or image; true ends with UNET_INTERRUPTED */
} unet_train_callbacks;

/* What the threshold of the model reaches where it was chosen: over all pixels of the images set aside, at
 * their own sizes. */
typedef struct unet_threshold_reached {
  size_t images;       /* 0: it was not chosen, and there is nothing else here */
  double dice;         /* pooled */
  double recall;       /* share of the defect pixels that are marked; 1 without any */
  double false_alarms; /* share of the good pixels that are marked; 0 without any */
} unet_threshold_reached;

typedef struct unet_train_result {
  char *folder;                    /* owned */
  size_t n_train, n_val, n_select; /* images */
  unet_train_epoch last;           /* the last epoch trained by this call; epoch 0: there was none to do */
  size_t best_epoch;
  float threshold; /* of best.safetensors */
  unet_threshold_reached reached;
  unet_evaluation held_out; /* best.safetensors on the held-out images; n_images is 0 without any */
} unet_train_result;

/* Trains and fills the run's folder:
 *   best.safetensors, last.safetensors, log.csv, config.json, split.json and, of the best model on the
 *   held-out images, figures/comparison.png, figures/overlay.png and report.html, which comes last
 * Checkpoints are written after each epoch, each beside and renamed. The same options, data and device give
 * the same bits, also over any number of interruptions and resumptions.
 * UNET_USAGE: options that make no sense, a folder that holds a run (without resume or overwrite), options
 * that differ from those of the run to resume, a loss that is not finite (the rate is too high);
 * UNET_BAD_INPUT: the data set or the checkpoint; UNET_NO_RESOURCE: memory, disk, a folder that another
 * process trains into; UNET_INTERRUPTED: stopped. The last finished epoch's checkpoint stays in each case; a
 * folder in which nothing was finished is removed. */
UNET_API unet_status unet_train(unet_device *device, const unet_train_options *options,
                                const unet_train_callbacks *callbacks, unet_train_result *result);
UNET_API void unet_train_result_free(unet_train_result *result);

#endif
