/* Tuning on a device, and what networks then run with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "device_fixture.h"
#include "kernels/kernel.h"
#include "kernels/node_key.h"
#include "model/network.h"
#include "run/executor.h"
#include "run/tune_node.h"
#include "train_case.h"

static const unet_architecture architecture = {
    .channels = 1, .height = 32, .width = 32, .n_levels = 2, .filters = {4, 8}};
enum { BATCH = 3 };

static char folder[256];

static void make_cache(void) {
  unet_make_test_folder(folder);
  ck_assert_int_eq(setenv("XDG_CACHE_HOME", folder, 1), 0);
  ck_assert_int_eq(unsetenv("UNETCL_TUNING"), 0);
}

static void remove_cache(void) { unet_remove_folder(folder); }

/* --- the elected one ---------------------------------------------------------------------------------- */

START_TEST(noise_elects_nobody) {
  unet_tuned_node node = {.candidates = {{.algorithm = "naive", .ms = 10.0},
                                         {.algorithm = "rule", .ms = 1.0},
                                         {.algorithm = "other", .ms = 0.98}},
                          .n_candidates = 3,
                          .rule = 1};
  unet_tune_elect(&node);
  ck_assert_uint_eq(node.winner, 1);
  node.candidates[2].ms = 0.9;
  unet_tune_elect(&node);
  ck_assert_uint_eq(node.winner, 2);
  node.candidates[2].state = UNET_CANDIDATE_WRONG;
  unet_tune_elect(&node);
  ck_assert_uint_eq(node.winner, 1);
  node.candidates[1].state = UNET_CANDIDATE_FAILED;
  unet_tune_elect(&node);
  ck_assert_uint_eq(node.winner, 0);
}
END_TEST

/* --- tuning ------------------------------------------------------------------------------------------- */

/* What the callback was told. */
typedef struct told {
  size_t nodes, wrong, failed, stop_after;
  double worst; /* error of all that are right */
} told;

static void count_node(void *user, const unet_tuned_node *node) {
  told *t = user;
  const unet_candidate *winner = &node->candidates[node->winner];
  t->nodes++;
  ck_assert_str_eq(node->candidates[0].algorithm, "naive");
  ck_assert_msg(winner->state == UNET_CANDIDATE_TIMED && winner->ms > 0, "%s: %s won in %g ms", node->key,
                winner->algorithm, winner->ms);
  for (size_t i = 0; i < node->n_candidates; i++) {
    const unet_candidate *c = &node->candidates[i];
    t->wrong += c->state == UNET_CANDIDATE_WRONG;
    t->failed += c->state == UNET_CANDIDATE_FAILED;
    if (c->state == UNET_CANDIDATE_TIMED && c->error > t->worst) t->worst = c->error;
  }
}

static bool stop_later(void *user) {
  const told *t = user;
  return t->stop_after && t->nodes >= t->stop_after;
}

static unet_status tune(told *t, size_t batch) {
  const unet_tune_options options = {
      .architecture = architecture, .batch = batch, .on_node = count_node, .stop = stop_later, .user = t};
  char *path = NULL;
  unet_status status = unet_tune(&path, test_device, &options);
  if (status == UNET_OK) ck_assert_msg(unet_path_exists(path), "%s is missing", path);
  free(path);
  return status;
}

/* Calls `check` for each node of the network that has a choice, with its key and the algorithm it runs with.
 */
static void for_each_choice(unet_network_mode mode, size_t batch,
                            void (*check)(const unet_tuning_table *table, const char *key,
                                          const char *algorithm)) {
  unet_network network;
  unet_executor *executor = NULL;
  unet_tuning_table *table = unet_tuning_load(unet_device_get_info(test_device));
  ck_assert_ptr_nonnull(table);
  ck_unet_ok(unet_network_build(&network, &architecture, batch, mode));
  ck_unet_ok(unet_executor_create(&executor, test_device, network.graph, NULL));
  const unet_plan *plan = unet_executor_plan(executor);
  for (size_t i = 0; i < plan->n_steps; i++) {
    char key[UNET_NODE_KEY_BYTES];
    const unet_node *node = &network.graph->nodes[plan->steps[i].node];
    unet_node_key(key, network.graph, node);
    check(table, key, unet_kernels_of(node->op)->algorithms[plan->steps[i].choice.algorithm]->name);
  }
  unet_executor_destroy(executor);
  unet_network_destroy(&network);
  unet_tuning_destroy(table);
}

static void wants_the_table(const unet_tuning_table *table, const char *key, const char *algorithm) {
  const char *tuned = unet_tuning_find(table, key);
  ck_assert_msg(tuned && strcmp(tuned, algorithm) == 0, "%s runs with %s; the table has %s", key, algorithm,
                tuned ? tuned : "nothing");
}

START_TEST(networks_run_with_what_was_measured) {
  told t = {0};
  ck_unet_ok(tune(&t, BATCH));
  ck_assert_msg(t.wrong == 0 && t.failed == 0, "%zu wrong, %zu failed", t.wrong, t.failed);
  ck_assert_msg(t.worst < unet_tune_error_limit / 5, "error %g is near the limit %g", t.worst,
                unet_tune_error_limit);
  ck_assert_uint_ge(t.nodes, 20);
  for_each_choice(UNET_NETWORK_TRAINING, BATCH, wants_the_table);
  for_each_choice(UNET_NETWORK_INFERENCE, BATCH, wants_the_table);
  for_each_choice(UNET_NETWORK_INFERENCE, 1, wants_the_table);
  ck_unet_ok(tune(&t, BATCH + 1)); /* adds */
  for_each_choice(UNET_NETWORK_TRAINING, BATCH + 1, wants_the_table);
  for_each_choice(UNET_NETWORK_TRAINING, BATCH, wants_the_table);
}
END_TEST

/* --- the table and the networks ----------------------------------------------------------------------- */

/* Gives every node of the training network this algorithm. */
static void rewrite_table(const char *algorithm) {
  char *path = NULL;
  unet_network network;
  unet_tuning_table *table = NULL;
  ck_unet_ok(unet_tuning_path(&path, unet_device_get_info(test_device)));
  ck_unet_ok(unet_tuning_create(&table));
  ck_unet_ok(unet_network_build(&network, &architecture, BATCH, UNET_NETWORK_TRAINING));
  for (size_t i = 0; i < network.graph->n_nodes; i++) {
    char key[UNET_NODE_KEY_BYTES];
    unet_node_key(key, network.graph, &network.graph->nodes[i]);
    const unet_tuned_node node = {
        .key = key, .candidates = {{.algorithm = algorithm, .ms = 1.0}}, .n_candidates = 1};
    ck_unet_ok(unet_tuning_add(table, &node));
  }
  ck_unet_ok(unet_tuning_prepare(path));
  ck_unet_ok(unet_tuning_save(table, unet_device_get_info(test_device), path));
  unet_network_destroy(&network);
  unet_tuning_destroy(table);
  free(path);
}

static void wants_naive(const unet_tuning_table *table, const char *key, const char *algorithm) {
  (void)table;
  ck_assert_msg(strcmp(algorithm, "naive") == 0, "%s runs with %s", key, algorithm);
}

static void wants_another(const unet_tuning_table *table, const char *key, const char *algorithm) {
  (void)table;
  if (strncmp(key, "adam", 4) == 0) return; /* the same for every batch */
  ck_assert_msg(strcmp(algorithm, "naive") != 0, "%s runs with %s", key, algorithm);
}

START_TEST(a_name_that_does_not_exist_leaves_the_rule) {
  rewrite_table("naive");
  for_each_choice(UNET_NETWORK_TRAINING, BATCH, wants_naive);
  for_each_choice(UNET_NETWORK_TRAINING, BATCH + 1, wants_another); /* not in the table */
  rewrite_table("none such");
  for_each_choice(UNET_NETWORK_TRAINING, BATCH, wants_another);
}
END_TEST

/* A run goes on with the algorithms it started with, whatever the table says by then. */
START_TEST(a_resumed_run_keeps_its_algorithms) {
  unet_train_result result = {0};
  train_case_make();
  unet_train_options options = train_case_options("run"), whole = train_case_options("whole");
  ck_assert_uint_eq(options.architecture.filters[1], architecture.filters[1]);
  ck_assert_uint_eq(options.batch, BATCH);
  train_case_train(test_device, &whole);
  options.epochs = 1;
  train_case_train(test_device, &options);
  rewrite_table("naive");
  options.epochs = whole.epochs;
  options.resume = true;
  train_case_train(test_device, &options);
  train_case_same(train_case_path("run/last.safetensors"), train_case_path("whole/last.safetensors"));
  options.tune = true;
  ck_unet_fails(unet_train(test_device, &options, NULL, &result), UNET_USAGE, "--tune");
  train_case_remove();
}
END_TEST

/* --- what can go wrong -------------------------------------------------------------------------------- */

static char *table_file(void) {
  static char copy[512];
  char *path = NULL;
  ck_unet_ok(unet_tuning_path(&path, unet_device_get_info(test_device)));
  snprintf(copy, sizeof copy, "%s", path);
  free(path);
  return copy;
}

START_TEST(an_interruption_leaves_the_old_table) {
  told t = {.stop_after = 2};
  char *before = NULL, *after = NULL;
  size_t size = 0, same = 0;
  rewrite_table("naive");
  ck_unet_ok(unet_read_file(&before, &size, table_file()));
  ck_unet_fails(tune(&t, BATCH), UNET_INTERRUPTED, "interrupted");
  ck_assert_uint_eq(t.nodes, 2);
  ck_unet_ok(unet_read_file(&after, &same, table_file()));
  ck_assert_uint_eq(size, same);
  ck_assert_mem_eq(before, after, size);
  free(before);
  free(after);
}
END_TEST

START_TEST(no_place_for_the_table_is_told_at_once) {
  told t = {0};
  char *blocked = NULL;
  ck_unet_ok(unet_path_join(&blocked, folder, "unetcl"));
  ck_unet_ok(unet_write_file(blocked, "a file", 6));
  ck_unet_fails(tune(&t, BATCH), UNET_NO_RESOURCE, blocked);
  free(blocked);
  ck_assert_int_eq(unsetenv("XDG_CACHE_HOME"), 0);
  ck_assert_int_eq(unsetenv("HOME"), 0);
  ck_unet_fails(tune(&t, BATCH), UNET_NO_RESOURCE, "XDG_CACHE_HOME");
  ck_assert_int_eq(setenv("UNETCL_TUNING", "off", 1), 0);
  ck_unet_fails(tune(&t, BATCH), UNET_USAGE, "UNETCL_TUNING");
  ck_unet_fails(tune(&t, 0), UNET_USAGE, "1 or more");
  ck_assert_uint_eq(t.nodes, 0);
}
END_TEST

/* A folder of sources in which cl/conv2d.cl begins with `before`; the naive algorithm has a file of its own.
 */
static void spoil_conv2d(const char *before) {
  char *sources = NULL;
  unet_names names = {0};
  ck_unet_ok(unet_path_join(&sources, folder, "cl"));
  ck_unet_ok(unet_make_folders(sources));
  ck_unet_ok(unet_list_folder(&names, UNETCL_SOURCE_DIR "/cl", UNET_ENTRY_FILE));
  for (size_t i = 0; i < names.count; i++) {
    char *from = NULL, *to = NULL, *text = NULL, *changed = NULL;
    size_t size = 0;
    ck_unet_ok(unet_path_join(&from, UNETCL_SOURCE_DIR "/cl", names.items[i]));
    ck_unet_ok(unet_path_join(&to, sources, names.items[i]));
    ck_unet_ok(unet_read_file(&text, &size, from));
    bool spoiled = strcmp(names.items[i], "conv2d.cl") == 0;
    ck_unet_ok(unet_format_text(&changed, "%s%s", spoiled ? before : "", text));
    ck_unet_ok(unet_write_file(to, changed, strlen(changed)));
    free(from);
    free(to);
    free(text);
    free(changed);
  }
  unet_names_free(&names);
  ck_assert_int_eq(setenv("UNETCL_CL_DIR", sources, 1), 0);
  free(sources);
}

static void wants_no_vectors(const unet_tuning_table *table, const char *key, const char *algorithm) {
  wants_the_table(table, key, algorithm);
  if (strncmp(key, "conv2d n", 8) != 0 || !strstr(key, "elu")) return;
  ck_assert_msg(strcmp(algorithm, "vector") != 0 && strcmp(algorithm, "group") != 0, "%s runs with %s", key,
                algorithm);
}

START_TEST(a_wrong_algorithm_is_never_taken) {
  told t = {0};
  spoil_conv2d("#define activate(x, activation) (x)\n");
  ck_unet_ok(tune(&t, 2));
  ck_assert_uint_gt(t.wrong, 0);
  ck_assert_uint_eq(t.failed, 0);
  for_each_choice(UNET_NETWORK_TRAINING, 2, wants_no_vectors);
}
END_TEST

START_TEST(an_algorithm_that_does_not_build_is_never_taken) {
  told t = {0};
  spoil_conv2d("this is no OpenCL\n");
  ck_unet_ok(tune(&t, 2));
  ck_assert_uint_gt(t.failed, 0);
  ck_assert_uint_eq(t.wrong, 0);
  for_each_choice(UNET_NETWORK_TRAINING, 2, wants_no_vectors);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("tune");
  tcase_add_test(unet_test_case(suite, "elected", 10), noise_elects_nobody);
  TCase *all = unet_device_test_case(suite, "tune", 240);
  tcase_add_checked_fixture(all, make_cache, remove_cache);
  tcase_add_test(all, networks_run_with_what_was_measured);
  tcase_add_test(all, a_name_that_does_not_exist_leaves_the_rule);
  tcase_add_test(all, a_resumed_run_keeps_its_algorithms);
  tcase_add_test(all, an_interruption_leaves_the_old_table);
  tcase_add_test(all, no_place_for_the_table_is_told_at_once);
  tcase_add_test(all, a_wrong_algorithm_is_never_taken);
  tcase_add_test(all, an_algorithm_that_does_not_build_is_never_taken);
  return suite;
}
