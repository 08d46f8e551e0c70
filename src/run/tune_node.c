#include "run/tune_node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "kernels/kernel.h"
#include "run/lone_node.h"

/* Sums in another order differ by 7e-6 at most (CLBlast's weight gradient over 131072 pixels; 2e-6 for all
 * others: every node of the article's network at 256x256, batch 8, PoCL on an Ice Lake). That grows with the
 * root of the terms, and the transforms of Winograd's algorithms cost a digit; a single pixel that is missing
 * from those sums shows at 1e-3. */
const double unet_tune_error_limit = 1e-4;

/* Two images show what goes wrong between images, and cost the slow naive algorithm less than a batch. */
enum { CHECKED_IMAGES = 2, LEAST_ROUNDS = 3, MOST_ROUNDS = 20, MOST_RUNS = 16 };
static const double slow_factor = 4.0;   /* times the fastest at the first look: not worth more runs */
static const double node_seconds = 0.25; /* for the rounds of a node, where the least of them take less */
static const double burst_ms = 2.0;      /* launches back to back, so that gaps between them count as they do
                                            in a network, and the clock's steps do not */
static const double noise_factor = 1.03;

_Static_assert(UNET_MAX_CANDIDATES + 1 >= UNET_MAX_ALGORITHMS, "room for all algorithms of an op");

/* Everything that is held while a node is tuned. */
typedef struct trial {
  unet_device *device;
  const unet_tune_options *options;
  unet_tuned_node *tuned;
  unet_lone_node lone;
  size_t images; /* of a checking run */
  unet_executor *executors[UNET_MAX_CANDIDATES];
  double first_look[UNET_MAX_CANDIDATES]; /* ms of the checking run */
  float *expected[UNET_MAX_OUTPUTS];      /* by the naive algorithm */
  float *result;
} trial;

static unet_status go_on(const trial *t) {
  if (!t->options->stop || !t->options->stop(t->options->user)) return UNET_OK;
  return unet_fail(UNET_INTERRUPTED, "interrupted; the tuning table is as it was");
}

/* *ms = time of one of `runs` runs back to back, by the device's clock. */
static unet_status run_burst(double *ms, const trial *t, size_t candidate, size_t images, size_t runs) {
  unet_launch_record *records = NULL;
  size_t count = 0;
  for (size_t i = 0; i < runs; i++)
    UNET_TRY(unet_executor_run(t->executors[candidate], UNET_RUN_ALL, images));
  UNET_TRY(unet_profile_take(t->device, &records, &count));
  if (count > 0) *ms = (double)(records[count - 1].end - records[0].start) * 1e-6 / (double)runs;
  free(records);
  return UNET_OK;
}

/* --- right or wrong ----------------------------------------------------------------------------------- */

/* Infinite where a number is missing. */
static double relative_error(const float *result, const float *expected, size_t count) {
  double worst = 0.0, largest = 0.0;
  for (size_t i = 0; i < count; i++) {
    double error = fabs((double)result[i] - (double)expected[i]), magnitude = fabs((double)expected[i]);
    if (!(error <= worst)) worst = isnan(error) ? INFINITY : error;
    if (magnitude > largest) largest = magnitude;
  }
  return largest > 0.0 ? worst / largest : worst;
}

static unet_status allocate_results(trial *t) {
  size_t largest = 0;
  for (size_t i = 0; i < t->lone.n_results; i++) {
    size_t count = unet_lone_node_count(&t->lone, i, t->images);
    UNET_TRY(unet_alloc_array((void *)&t->expected[i], count, sizeof(float)));
    if (count > largest) largest = count;
  }
  return unet_alloc_array((void *)&t->result, largest, sizeof(float));
}

static unet_status compare_results(trial *t, size_t candidate) {
  unet_candidate *c = &t->tuned->candidates[candidate];
  for (size_t i = 0; i < t->lone.n_results; i++) {
    UNET_TRY(unet_lone_node_read(&t->lone, t->executors[candidate], i, t->result, t->images));
    double error = relative_error(t->result, t->expected[i], unet_lone_node_count(&t->lone, i, t->images));
    if (error > c->error) c->error = error;
  }
  if (c->error > unet_tune_error_limit) c->state = UNET_CANDIDATE_WRONG;
  return UNET_OK;
}

/* After a run that builds, and fills caches. */
static unet_status run_checked(trial *t, size_t candidate) {
  const unet_executor_options options = {.forced = t->tuned->candidates[candidate].algorithm};
  double ignored = 0.0;
  UNET_TRY(unet_executor_create(&t->executors[candidate], t->device, t->lone.graph, &options));
  UNET_TRY(unet_lone_node_write(&t->lone, t->executors[candidate]));
  UNET_TRY(run_burst(&ignored, t, candidate, 1, 1));
  return run_burst(&t->first_look[candidate], t, candidate, t->images, 1);
}

static void drop(trial *t, size_t candidate, unet_candidate_state state) {
  t->tuned->candidates[candidate].state = state;
  unet_executor_destroy(t->executors[candidate]);
  t->executors[candidate] = NULL;
}

/* The naive algorithm comes first: without its result there is nothing to go by. */
static unet_status check_naive(trial *t) {
  UNET_TRY(go_on(t));
  UNET_TRY(run_checked(t, 0));
  for (size_t i = 0; i < t->lone.n_results; i++)
    UNET_TRY(unet_lone_node_read(&t->lone, t->executors[0], i, t->expected[i], t->images));
  return UNET_OK;
}

static unet_status check_others(trial *t) {
  for (size_t i = 1; i < t->tuned->n_candidates; i++) {
    UNET_TRY(go_on(t));
    unet_status status = run_checked(t, i);
    if (status == UNET_OK) status = compare_results(t, i);
    if (status != UNET_OK) drop(t, i, UNET_CANDIDATE_FAILED);
    if (t->tuned->candidates[i].state == UNET_CANDIDATE_WRONG) drop(t, i, UNET_CANDIDATE_WRONG);
  }
  return UNET_OK;
}

/* --- fast or slow ------------------------------------------------------------------------------------- */

static bool is_timed(const trial *t, size_t candidate) {
  return t->tuned->candidates[candidate].state == UNET_CANDIDATE_TIMED;
}

/* Returns how many are left. */
static size_t drop_slow(trial *t) {
  double fastest = INFINITY;
  size_t left = 0;
  for (size_t i = 0; i < t->tuned->n_candidates; i++) {
    if (is_timed(t, i) && t->first_look[i] < fastest) fastest = t->first_look[i];
  }
  for (size_t i = 0; i < t->tuned->n_candidates; i++) {
    if (is_timed(t, i) && t->first_look[i] > slow_factor * fastest) drop(t, i, UNET_CANDIDATE_SLOW);
    left += is_timed(t, i);
  }
  return left;
}

static size_t runs_for(const trial *t, size_t candidate) {
  double ms = t->first_look[candidate] * (double)t->lone.batch / (double)t->images;
  if (ms * MOST_RUNS <= burst_ms) return MOST_RUNS;
  return ms >= burst_ms ? 1 : (size_t)(burst_ms / ms);
}

static unet_status time_round(trial *t, bool first) {
  for (size_t i = 0; i < t->tuned->n_candidates; i++) {
    double ms = 0.0, *best = &t->tuned->candidates[i].ms;
    if (!is_timed(t, i)) continue;
    UNET_TRY(go_on(t));
    UNET_TRY(run_burst(&ms, t, i, t->lone.batch, runs_for(t, i)));
    if (first || ms < *best) *best = ms;
  }
  return UNET_OK;
}

/* In turn, so that what else the machine does meets all alike; the fastest run is the least disturbed one. */
static unet_status time_rounds(trial *t, size_t competitors) {
  size_t least = competitors > 1 ? LEAST_ROUNDS : 1, most = competitors > 1 ? MOST_ROUNDS : 1;
  double end = unet_clock_seconds() + node_seconds;
  for (size_t round = 0; round < least || (round < most && unet_clock_seconds() < end); round++)
    UNET_TRY(time_round(t, round == 0));
  return UNET_OK;
}

void unet_tune_elect(unet_tuned_node *node) {
  const unet_candidate *c = node->candidates, *rule = &c[node->rule];
  node->winner = node->n_candidates;
  for (size_t i = 0; i < node->n_candidates; i++) {
    if (c[i].state != UNET_CANDIDATE_TIMED) continue;
    if (node->winner == node->n_candidates || c[i].ms < c[node->winner].ms) node->winner = i;
  }
  if (rule->state == UNET_CANDIDATE_TIMED && rule->ms <= c[node->winner].ms * noise_factor)
    node->winner = node->rule;
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static bool fits(const unet_algorithm *algorithm, const unet_device *device, const unet_graph *graph,
                 const unet_node *node) {
  return !algorithm->fits || algorithm->fits(unet_device_get_info(device), graph, node);
}

size_t unet_tune_candidates(const unet_device *device, const unet_graph *graph, const unet_node *node) {
  const unet_kernels *kernels = unet_kernels_of(node->op);
  size_t count = 0;
  for (size_t i = 0; kernels->algorithms[i]; i++) count += fits(kernels->algorithms[i], device, graph, node);
  return count;
}

static unet_status list_candidates(unet_tuned_node *out, const unet_device *device, const unet_graph *graph,
                                   const unet_node *node) {
  const unet_kernels *kernels = unet_kernels_of(node->op);
  unet_chooser by_rule = {.device = unet_device_get_info(device)};
  unet_choice choice;
  UNET_TRY(unet_choose_algorithm(&by_rule, graph, node, &choice));
  for (int i = 0; kernels->algorithms[i]; i++) {
    if (!fits(kernels->algorithms[i], device, graph, node)) continue;
    if (i == choice.algorithm) out->rule = out->n_candidates;
    out->candidates[out->n_candidates++] = (unet_candidate){.algorithm = kernels->algorithms[i]->name};
  }
  return UNET_OK;
}

static unet_status try_all(trial *t, const unet_graph *graph, const unet_node *node) {
  UNET_TRY(list_candidates(t->tuned, t->device, graph, node));
  UNET_TRY(unet_lone_node_make(&t->lone, graph, node));
  t->images = t->lone.batch < CHECKED_IMAGES ? t->lone.batch : CHECKED_IMAGES;
  UNET_TRY(allocate_results(t));
  UNET_TRY(check_naive(t));
  UNET_TRY(check_others(t));
  UNET_TRY(time_rounds(t, drop_slow(t)));
  unet_tune_elect(t->tuned);
  return UNET_OK;
}

unet_status unet_tune_node(unet_tuned_node *out, unet_device *device, const unet_graph *graph,
                           const unet_node *node, const unet_tune_options *options) {
  unet_tuned_node tuned = {.key = out->key};
  trial t = {.device = device, .options = options, .tuned = &tuned};
  unet_status status = try_all(&t, graph, node);
  for (size_t i = 0; i < UNET_MAX_CANDIDATES; i++) unet_executor_destroy(t.executors[i]);
  for (size_t i = 0; i < UNET_MAX_OUTPUTS; i++) free(t.expected[i]);
  free(t.result);
  unet_lone_node_free(&t.lone);
  if (status == UNET_OK) *out = tuned;
  return status;
}
