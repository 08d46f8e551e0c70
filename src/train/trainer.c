#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "kernels/glorot_uniform.h"
#include "train/schedule.h"

static unet_status set_up(unet_trainer *trainer, unet_device *device, const unet_train_options *options,
                          const char *algorithms) {
  const unet_executor_options recorded = {.recorded = algorithms};
  const unet_recipe *recipe = &trainer->recipe;
  const unet_training_form form = {trainer->loss, {(float)recipe->clip, recipe->average > 0.0}};
  UNET_TRY(unet_model_create(&trainer->model, &options->architecture));
  size_t count = unet_model_parameter_count(trainer->model);
  UNET_TRY(unet_alloc_array((void *)&trainer->first, count, sizeof *trainer->first));
  UNET_TRY(unet_alloc_array((void *)&trainer->second, count, sizeof *trainer->second));
  if (form.adam.average)
    UNET_TRY(unet_alloc_array((void *)&trainer->average, count, sizeof *trainer->average));
  UNET_TRY(unet_network_build_training(&trainer->network, &options->architecture, options->batch, &form));
  return unet_executor_create(&trainer->executor, device, trainer->network.graph, &recorded);
}

unet_status unet_trainer_open(unet_trainer *trainer, unet_device *device, const unet_train_options *options,
                              uint64_t all_steps, const char *algorithms) {
  *trainer = (unet_trainer){.pixels = options->architecture.height * options->architecture.width,
                            .recipe = options->recipe,
                            .loss = unet_recipe_loss(&options->recipe),
                            .learning_rate = options->learning_rate,
                            .plateau = 1.0,
                            .all_steps = all_steps};
  return set_up(trainer, device, options, algorithms);
}

void unet_trainer_close(unet_trainer *trainer) {
  unet_augmenter_destroy(trainer->augmenter);
  unet_executor_destroy(trainer->executor);
  unet_network_destroy(&trainer->network);
  unet_model_destroy(trainer->model);
  free(trainer->first);
  free(trainer->second);
  free(trainer->average);
  *trainer = (unet_trainer){0};
}

/* --- weights ------------------------------------------------------------------------------------------ */

/* Of U(-limit, limit). Glorot: sqrt(6 / (kh kw (in + out))), (out,in,kh,kw) and (in,out,kh,kw) alike. He: the
 * deviation keeps an activation's size from layer to layer, sqrt(3 gain / fan in); ELU passes on 0.645 of the
 * variance of a standard normal; a pixel of an upsampled plane gets one tap of its kernel. (He et al. 2015)
 */
static float initial_limit(unet_init init, const unet_parameter *tensor) {
  const size_t *shape = tensor->shape, taps = shape[2] * shape[3];
  if (init == UNET_INIT_GLOROT) return (float)sqrt(6.0 / (double)(taps * (shape[0] + shape[1])));
  if (strstr(tensor->name, ".up.")) return (float)sqrt(3.0 / (double)shape[0]);
  return (float)sqrt(3.0 / 0.645 / (double)(taps * shape[1]));
}

static bool is_bias(const unet_parameter *tensor) {
  size_t length = strlen(tensor->name), ending = strlen(".bias");
  return length > ending && strcmp(tensor->name + length - ending, ".bias") == 0;
}

unet_status unet_trainer_initialise(unet_trainer *trainer, unet_device *device, uint64_t seed) {
  const unet_plan *plan = unet_executor_plan(trainer->executor);
  cl_mem parameters = unet_executor_region(trainer->executor, UNET_REGION_PARAMETERS);
  unet_value value = UNET_NO_VALUE;
  for (size_t i = 0; i < unet_model_tensor_count(trainer->model); i++) {
    const unet_parameter *tensor = unet_model_tensor(trainer->model, i);
    value = unet_network_next_parameter(&trainer->network, value);
    if (is_bias(tensor)) continue; /* zero from the start */
    UNET_TRY(unet_glorot_uniform(device, parameters, plan->places[value].offset, tensor->count,
                                 initial_limit(trainer->recipe.init, tensor), seed,
                                 UNET_STREAM_INIT + (uint32_t)i));
  }
  return UNET_OK;
}

/* Calls `move` for each tensor of the regions that hold weights and moments with its place on the host. */
typedef unet_status (*move_fn)(unet_executor *executor, int region, unet_value value, float *host);

static unet_status move_all(unet_trainer *trainer, move_fn move) {
  unet_value value = UNET_NO_VALUE;
  size_t offset = 0;
  for (size_t i = 0; i < unet_model_tensor_count(trainer->model); i++) {
    const unet_parameter *tensor = unet_model_tensor(trainer->model, i);
    value = unet_network_next_parameter(&trainer->network, value);
    UNET_TRY(move(trainer->executor, UNET_REGION_PARAMETERS, value, tensor->values));
    UNET_TRY(move(trainer->executor, UNET_REGION_FIRST_MOMENT, value, trainer->first + offset));
    UNET_TRY(move(trainer->executor, UNET_REGION_SECOND_MOMENT, value, trainer->second + offset));
    if (trainer->average)
      UNET_TRY(move(trainer->executor, UNET_REGION_AVERAGE, value, trainer->average + offset));
    offset += tensor->count;
  }
  return UNET_OK;
}

static unet_status send_tensor(unet_executor *executor, int region, unet_value value, float *host) {
  return unet_executor_write_beside(executor, region, value, host);
}

unet_status unet_trainer_send(unet_trainer *trainer) { return move_all(trainer, send_tensor); }

unet_status unet_trainer_fetch(unet_trainer *trainer) {
  UNET_TRY(move_all(trainer, unet_executor_read_beside));
  for (size_t i = 0; i < unet_model_tensor_count(trainer->model); i++) {
    const unet_parameter *tensor = unet_model_tensor(trainer->model, i);
    for (size_t k = 0; k < tensor->count; k++) {
      if (!isfinite(tensor->values[k])) {
        return unet_fail(UNET_USAGE, "the weights of %s are no longer finite; lower --lr (now %g)",
                         tensor->name, trainer->learning_rate);
      }
    }
  }
  return UNET_OK;
}

void unet_trainer_swap_on_device(unet_trainer *trainer) {
  if (trainer->average) unet_executor_swap(trainer->executor, UNET_REGION_PARAMETERS, UNET_REGION_AVERAGE);
}

void unet_trainer_swap_on_host(unet_trainer *trainer) {
  float *average = trainer->average;
  if (!average) return;
  for (size_t i = 0; i < unet_model_tensor_count(trainer->model); i++) {
    const unet_parameter *tensor = unet_model_tensor(trainer->model, i);
    for (size_t k = 0; k < tensor->count; k++, average++) {
      const float weight = tensor->values[k];
      tensor->values[k] = *average;
      *average = weight;
    }
  }
}

/* --- steps -------------------------------------------------------------------------------------------- */

double unet_trainer_rate(const unet_trainer *trainer) {
  return trainer->learning_rate * trainer->plateau *
         unet_schedule_share(&trainer->recipe, trainer->steps, trainer->all_steps);
}

/* lr sqrt(1 - b2^t) / (1 - b1^t): Adam's bias correction, in the form that leaves epsilon out of it. */
static double adam_rate(double learning_rate, uint64_t t) {
  const double b1 = 0.9, b2 = 0.999;
  return learning_rate * sqrt(1.0 - pow(b2, (double)t)) / (1.0 - pow(b1, (double)t));
}

/* The average forgets faster at first, (t - 1) / (t + 9), so that it is of use early; at t = 1 it becomes the
 * weights. */
static double blend(double decay, uint64_t t) {
  const double early = ((double)t - 1.0) / ((double)t + 9.0);
  return 1.0 - (decay < early ? decay : early);
}

static unet_status start_step(unet_trainer *trainer) {
  const double rate = unet_trainer_rate(trainer);
  const uint64_t t = ++trainer->steps;
  const float scalars[UNET_ADAM_SCALARS] = {[UNET_ADAM_RATE] = (float)adam_rate(rate, t),
                                            [UNET_ADAM_DECAY] = (float)(rate * trainer->recipe.weight_decay),
                                            [UNET_ADAM_BLEND] = (float)blend(trainer->recipe.average, t)};
  return unet_executor_write(trainer->executor, trainer->network.scalars, scalars, 1);
}

/* --- batches ------------------------------------------------------------------------------------------ */

unet_status unet_trainer_augment(unet_trainer *trainer, unet_device *device, size_t batch, size_t pixels) {
  const size_t masks = batch * pixels;
  const size_t channels = unet_model_architecture(trainer->model)->channels;
  return unet_augmenter_create(&trainer->augmenter, device, batch, masks * channels, masks);
}

static unet_status fill_inputs(unet_trainer *trainer, const unet_batch *batch) {
  const unet_network *network = &trainer->network;
  if (batch->is_augmented) {
    return unet_augmenter_run(trainer->augmenter, trainer->executor, network->images, network->target,
                              &batch->sources);
  }
  UNET_TRY(unet_executor_write(trainer->executor, network->images, batch->images, batch->n));
  return unet_executor_write(trainer->executor, network->target, batch->targets, batch->n);
}

unet_status unet_trainer_start(unet_trainer *trainer, unet_run_part part, const unet_batch *batch) {
  if (part == UNET_RUN_ALL) UNET_TRY(start_step(trainer));
  UNET_TRY(fill_inputs(trainer, batch));
  trainer->started = batch->n;
  return unet_executor_run(trainer->executor, part, batch->n);
}

/* The sums end what a run has to say, so reading them waits for all of it. */
unet_status unet_trainer_finish(unet_trainer *trainer, unet_loss_sums *sums) {
  float values[4];
  UNET_TRY(unet_executor_read(trainer->executor, trainer->network.sums, values, 1));
  unet_loss_add(sums, values, trainer->started * trainer->pixels);
  return UNET_OK;
}
