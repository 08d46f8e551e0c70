/* The recipes: the article's to the letter, and the one that measured best (docs/recipes.md). */
#include "unetcl/recipe.h"

#include <math.h>

#include "unetcl/train.h"

const char *const unet_init_names[] = {"glorot", "he", NULL};
const char *const unet_norm_names[] = {"none", "batch", NULL};
const char *const unet_loss_names[] = {"bce_dice", "bce", "dice", "focal", "tversky", NULL};
const char *const unet_schedule_names[] = {"constant", "cosine", "one_cycle", "plateau", NULL};

unet_loss_form unet_recipe_loss(const unet_recipe *recipe) {
  unet_loss_form form = unet_bce_dice_loss();
  switch (recipe->loss) {
    case UNET_LOSS_BCE_DICE:
      break;
    case UNET_LOSS_BCE:
      form.region = 0.0f;
      break;
    case UNET_LOSS_DICE:
      form.pixel = 0.0f;
      break;
    case UNET_LOSS_FOCAL:
      form.region = 0.0f;
      form.gamma = 2.0f;
      break;
    case UNET_LOSS_TVERSKY:
      form.alpha = 0.3f;
      form.beta = 0.7f;
      break;
  }
  return form;
}

unet_train_options unet_train_options_article(void) {
  return (unet_train_options){.data = {.mask_threshold = -1},
                              .architecture = unet_architecture_default(),
                              .epochs = 100,
                              .batch = 8,
                              .learning_rate = 1e-3,
                              .val = 0.2,
                              .threshold = NAN};
}

unet_train_options unet_train_options_default(void) {
  unet_train_options options = unet_train_options_article();
  (void)unet_augment_preset(&options.augment, "light"); /* there is one of this name */
  options.learning_rate = 4e-3;
  options.recipe = (unet_recipe){.init = UNET_INIT_HE,
                                 .norm = UNET_NORM_BATCH,
                                 .loss = UNET_LOSS_BCE,
                                 .schedule = UNET_SCHEDULE_ONE_CYCLE,
                                 .weight_decay = 1e-4,
                                 .clip = 1.0,
                                 .average = 0.99};
  return options;
}
