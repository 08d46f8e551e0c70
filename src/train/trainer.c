#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "train/schedule.h"

/* A run's algorithms: those of the steps in training, this, those in measuring. */
static const char between[] = ";";

static unet_status open_training(unet_trainer *trainer, unet_device *device,
                                 const unet_train_options *options, const char *algorithms) {
  const unet_recipe *recipe = &trainer->recipe;
  const unet_training_form form = {
      trainer->loss, {(float)recipe->clip, recipe->average > 0.0}, recipe->norm == UNET_NORM_BATCH};
  const unet_executor_options recorded = {.recorded = algorithms};
  unet_running_network *training = &trainer->training;
  UNET_TRY(unet_network_build_training(&training->network, &options->architecture, options->batch, &form));
  UNET_TRY(unet_train_state_make(&trainer->state, &training->network, form.adam.average));
  return unet_executor_create(&training->executor, device, training->network.graph, &recorded);
}

static unet_status open_measuring(unet_trainer *trainer, unet_device *device,
                                  const unet_train_options *options, const char *algorithms) {
  const unet_executor_options recorded = {.recorded = algorithms, .lender = trainer->training.executor};
  unet_running_network *measuring = &trainer->measuring;
  UNET_TRY(unet_network_build_measuring(&measuring->network, &options->architecture, options->batch,
                                        &trainer->loss));
  return unet_executor_create(&measuring->executor, device, measuring->network.graph, &recorded);
}

static unet_status set_up(unet_trainer *trainer, unet_device *device, const unet_train_options *options,
                          const char *algorithms) {
  char *training = NULL;
  const char *measuring = algorithms ? strstr(algorithms, between) : NULL;
  UNET_TRY(unet_model_create(&trainer->model, &options->architecture));
  if (measuring) {
    UNET_TRY(unet_copy_text(&training, algorithms));
    training[measuring - algorithms] = '\0';
    measuring += strlen(between);
  }
  unet_status status = open_training(trainer, device, options, training);
  free(training);
  return status == UNET_OK ? open_measuring(trainer, device, options, measuring) : status;
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

unet_status unet_trainer_algorithms(char **text, const unet_trainer *trainer) {
  char *training = NULL, *measuring = NULL;
  unet_status status = unet_executor_algorithms(&training, trainer->training.executor);
  if (status == UNET_OK) status = unet_executor_algorithms(&measuring, trainer->measuring.executor);
  if (status == UNET_OK) status = unet_format_text(text, "%s%s%s", training, between, measuring);
  free(training);
  free(measuring);
  return status;
}

static void close_network(unet_running_network *running) {
  unet_executor_destroy(running->executor);
  unet_network_destroy(&running->network);
}

void unet_trainer_close(unet_trainer *trainer) {
  unet_augmenter_destroy(trainer->augmenter);
  unet_train_state_free(&trainer->state); /* before the graph, which holds the names */
  close_network(&trainer->training);
  close_network(&trainer->measuring);
  unet_model_destroy(trainer->model);
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

/* Biases are 0. But with He's weights the network starts by calling one pixel in twenty a defect, not every
 * second one, so that the first epochs are not spent on learning that defects are rare (the prior of Lin et
 * al. 2017). */
static float initial_bias(unet_init init, const unet_parameter *tensor) {
  const float prior = 0.05f;
  return init == UNET_INIT_HE && strcmp(tensor->name, "head.bias") == 0 ? logf(prior / (1.0f - prior)) : 0.0f;
}

static void fill(float *values, size_t count, float value) {
  for (size_t i = 0; i < count; i++) values[i] = value;
}

/* Normalisations have scale 1 and shift 0, and no stream: other tensors start alike with and without them. */
static void initialise(const unet_parameter *tensor, unet_init init, uint64_t seed, uint32_t *stream) {
  if (unet_is_norm(tensor)) {
    fill(tensor->values, tensor->count / 2, 1.0f);
    fill(tensor->values + tensor->count / 2, tensor->count / 2, 0.0f);
    return;
  }
  if (is_bias(tensor)) {
    fill(tensor->values, tensor->count, initial_bias(init, tensor));
  } else {
    unet_rng_fill(tensor->values, tensor->count, initial_limit(init, tensor), seed, *stream);
  }
  ++*stream;
}

unet_status unet_trainer_initialise(unet_trainer *trainer, uint64_t seed) {
  unet_value value = UNET_NO_VALUE;
  uint32_t stream = UNET_STREAM_INIT;
  for (size_t i = 0; i < trainer->state.n_tensors; i++) {
    const unet_parameter *tensor = &trainer->state.tensors[i];
    value = unet_network_next_parameter(&trainer->training.network, value);
    initialise(tensor, trainer->recipe.init, seed, &stream);
    UNET_TRY(unet_executor_write(trainer->training.executor, value, tensor->values, 1));
  }
  return UNET_OK;
}

/* Calls `move` for each tensor of the regions that hold weights and moments with its place on the host. */
typedef unet_status (*move_fn)(unet_executor *executor, int region, unet_value value, float *host);

static unet_status move_all(unet_trainer *trainer, move_fn move) {
  const unet_train_state *state = &trainer->state;
  unet_executor *executor = trainer->training.executor;
  unet_value value = UNET_NO_VALUE;
  size_t offset = 0;
  for (size_t i = 0; i < state->n_tensors; offset += state->tensors[i++].count) {
    value = unet_network_next_parameter(&trainer->training.network, value);
    UNET_TRY(move(executor, UNET_REGION_PARAMETERS, value, state->weights + offset));
    UNET_TRY(move(executor, UNET_REGION_FIRST_MOMENT, value, state->first + offset));
    UNET_TRY(move(executor, UNET_REGION_SECOND_MOMENT, value, state->second + offset));
    if (state->average) UNET_TRY(move(executor, UNET_REGION_AVERAGE, value, state->average + offset));
  }
  return UNET_OK;
}

static unet_status send_tensor(unet_executor *executor, int region, unet_value value, float *host) {
  return unet_executor_write_beside(executor, region, value, host);
}

static unet_status send_model(unet_trainer *trainer) {
  unet_value value = UNET_NO_VALUE;
  unet_train_state_model(&trainer->state, trainer->model);
  for (size_t i = 0; i < unet_model_tensor_count(trainer->model); i++) {
    value = unet_network_next_parameter(&trainer->measuring.network, value);
    UNET_TRY(unet_executor_write(trainer->measuring.executor, value,
                                 unet_model_tensor(trainer->model, i)->values, 1));
  }
  return UNET_OK;
}

unet_status unet_trainer_send(unet_trainer *trainer) {
  UNET_TRY(move_all(trainer, send_tensor));
  return send_model(trainer);
}

unet_status unet_trainer_fetch(unet_trainer *trainer) {
  UNET_TRY(move_all(trainer, unet_executor_read_beside));
  for (size_t i = 0; i < trainer->state.n_tensors; i++) {
    const unet_parameter *tensor = &trainer->state.tensors[i];
    for (size_t k = 0; k < tensor->count; k++) {
      if (!isfinite(tensor->values[k])) {
        return unet_fail(UNET_USAGE, "the weights of %s are no longer finite; lower --lr (now %g)",
                         tensor->name, trainer->learning_rate);
      }
    }
  }
  return send_model(trainer);
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
  return unet_executor_write(trainer->training.executor, trainer->training.network.scalars, scalars, 1);
}

/* --- batches ------------------------------------------------------------------------------------------ */

unet_status unet_trainer_augment(unet_trainer *trainer, unet_device *device, size_t batch, size_t pixels) {
  const size_t masks = batch * pixels;
  const size_t channels = unet_model_architecture(trainer->model)->channels;
  return unet_augmenter_create(&trainer->augmenter, device, batch, masks * channels, masks);
}

static unet_running_network *running(unet_trainer *trainer, unet_run_part part) {
  return part == UNET_RUN_ALL ? &trainer->training : &trainer->measuring;
}

static unet_status fill_inputs(unet_trainer *trainer, const unet_running_network *to,
                               const unet_batch *batch) {
  const unet_network *network = &to->network;
  if (batch->is_augmented) {
    return unet_augmenter_run(trainer->augmenter, to->executor, network->images, network->target,
                              &batch->sources);
  }
  UNET_TRY(unet_executor_send(to->executor, network->images, batch->images, batch->n));
  return unet_executor_write(to->executor, network->target, batch->targets, batch->n);
}

unet_status unet_trainer_start(unet_trainer *trainer, unet_run_part part, const unet_batch *batch) {
  const unet_running_network *to = running(trainer, part);
  if (part == UNET_RUN_ALL) UNET_TRY(start_step(trainer));
  UNET_TRY(fill_inputs(trainer, to, batch));
  trainer->part = part;
  trainer->started = batch->n;
  return unet_executor_run(to->executor, part, batch->n);
}

/* Those of each normalisation in the step; nothing is waited for. */
static unet_status fetch_statistics(unet_trainer *trainer) {
  const unet_norm_layer *norm = trainer->training.network.norms;
  const unet_train_state *state = &trainer->state;
  size_t offset = 0;
  for (size_t i = 0; i < state->n_tensors; offset += state->tensors[i++].count) {
    if (!unet_is_norm(&state->tensors[i])) continue;
    UNET_TRY(unet_executor_fetch(trainer->training.executor, norm->statistics, state->found + offset));
    norm++;
  }
  return UNET_OK;
}

/* The running statistics follow those that were fetched. */
static void follow_statistics(unet_trainer *trainer) {
  const double without_average = 0.9;
  const double decay = trainer->recipe.average > 0.0 ? trainer->recipe.average : without_average;
  unet_train_state_follow(&trainer->state, (float)blend(decay, trainer->steps));
}

/* The sums end what a run has to say, so reading them waits for all of it. */
unet_status unet_trainer_finish(unet_trainer *trainer, unet_loss_sums *sums) {
  const unet_running_network *from = running(trainer, trainer->part);
  const bool trains = trainer->part == UNET_RUN_ALL;
  float values[4];
  if (trains) UNET_TRY(fetch_statistics(trainer));
  UNET_TRY(unet_executor_read(from->executor, from->network.sums, values, 1));
  unet_loss_add(sums, values, trainer->started * trainer->pixels);
  if (trains) follow_statistics(trainer);
  return UNET_OK;
}
