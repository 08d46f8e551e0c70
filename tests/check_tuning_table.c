/* The keys of nodes, the tuning table's file in every state it may be found in, and who decides when. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/path.h"
#include "check_main.h"
#include "device/source.h"
#include "kernels/kernel.h"
#include "kernels/node_key.h"
#include "model/network.h"

static char cache[256];
static unet_network network;
static const unet_device_info device = {.name = "Some GPU (TM) 5000",
                                        .platform_name = "Platform",
                                        .driver_version = "1.2",
                                        .type = UNET_DEVICE_GPU,
                                        .native_vector_width = 1,
                                        .max_work_group = 256};

/* A folder of its own as the user's cache, and the nodes of a small network in training. */
static void set_up(void) {
  const unet_architecture architecture = {
      .channels = 3, .height = 32, .width = 64, .n_levels = 2, .filters = {4, 8}};
  unet_make_test_folder(cache);
  ck_assert_int_eq(setenv("XDG_CACHE_HOME", cache, 1), 0);
  ck_assert_int_eq(unsetenv("UNETCL_TUNING"), 0);
  ck_unet_ok(unet_network_build(&network, &architecture, 2, UNET_NETWORK_TRAINING));
}

static void tear_down(void) {
  unet_network_destroy(&network);
  unet_remove_folder(cache);
}

/* --- keys --------------------------------------------------------------------------------------------- */

static void wants_keys(const unet_graph *graph, const char *const *wanted, size_t count) {
  for (size_t k = 0; k < count; k++) {
    bool found = false;
    for (size_t i = 0; i < graph->n_nodes; i++) {
      char key[UNET_NODE_KEY_BYTES];
      unet_node_key(key, graph, &graph->nodes[i]);
      found = found || strcmp(key, wanted[k]) == 0;
    }
    ck_assert_msg(found, "no node has the key '%s'", wanted[k]);
  }
}

START_TEST(keys_are_readable) {
  const char *const wanted[] = {"conv2d n2 3->4 32x64 k3 elu",
                                "conv2d n2 4->1 32x64 k1",
                                "conv2d_input_grad n2 4->8 32x64 k3",
                                "conv2d_weight_grad n2 3->4 32x64 k3",
                                "conv_transpose n2 8->4 16x32 k2",
                                "conv_transpose_weight_grad n2 8->4 16x32 k2",
                                "maxpool n2 4->4 32x64",
                                "maxpool_grad n2 4->4 32x64 addend elu",
                                "segmentation_loss n2 1->1 32x64",
                                "adam 1717"};
  wants_keys(network.graph, wanted, sizeof wanted / sizeof *wanted);
}
END_TEST

/* Those of prediction are transformed once, so that other algorithms may win. */
START_TEST(kept_weights_have_keys_of_their_own) {
  const char *const wanted[] = {"conv2d n1 3->4 32x64 k3 elu kept", "conv_transpose n1 8->4 16x32 k2"};
  const unet_architecture architecture = {
      .channels = 3, .height = 32, .width = 64, .n_levels = 2, .filters = {4, 8}};
  unet_network inference;
  ck_unet_ok(unet_network_build(&inference, &architecture, 1, UNET_NETWORK_INFERENCE));
  wants_keys(inference.graph, wanted, sizeof wanted / sizeof *wanted);
  unet_network_destroy(&inference);
}
END_TEST

START_TEST(nodes_of_a_normalised_training_have_keys) {
  const char *const wanted[] = {"conv2d n2 3->4 32x64 k3", "batch_norm n2 4->4 32x64 k1 elu",
                                "batch_norm_grad n2 4->4 32x64 k1", "gradient_norm 1781", "adam 1781"};
  const unet_architecture architecture = {
      .channels = 3, .height = 32, .width = 64, .n_levels = 2, .filters = {4, 8}};
  const unet_training_form form = {
      .loss = unet_bce_dice_loss(), .adam = {.clip = 1.0f, .average = true}, .normalise = true};
  unet_network normalised;
  ck_unet_ok(unet_network_build_training(&normalised, &architecture, 2, &form));
  wants_keys(normalised.graph, wanted, sizeof wanted / sizeof *wanted);
  unet_network_destroy(&normalised);
}
END_TEST

/* --- the file ----------------------------------------------------------------------------------------- */

static const char first_key[] = "conv2d n2 3->4 32x64 k3 elu";

static char *table_path(void) {
  static char copy[512];
  char *path = NULL;
  ck_unet_ok(unet_tuning_path(&path, &device));
  snprintf(copy, sizeof copy, "%s", path);
  free(path);
  return copy;
}

static unet_status save_entry(const unet_device_info *of, const char *key, const char *algorithm) {
  const unet_tuned_node node = {.key = key,
                                .candidates = {{.algorithm = algorithm, .ms = 0.25},
                                               {.algorithm = "other", .ms = 1.5},
                                               {.algorithm = "bad", .state = UNET_CANDIDATE_WRONG}},
                                .n_candidates = 3};
  unet_tuning_table *table = NULL;
  char *path = NULL;
  ck_unet_ok(unet_tuning_create(&table));
  ck_unet_ok(unet_tuning_add(table, &node));
  ck_unet_ok(unet_tuning_path(&path, of));
  unet_status status = unet_tuning_prepare(path);
  if (status == UNET_OK) status = unet_tuning_save(table, of, path);
  unet_tuning_destroy(table);
  free(path);
  return status;
}

static void wants_entry(const char *key, const char *algorithm) {
  unet_tuning_table *table = unet_tuning_load(&device);
  const char *found = table ? unet_tuning_find(table, key) : NULL;
  if (algorithm) {
    ck_assert_msg(found && strcmp(found, algorithm) == 0, "%s has %s, not %s", key, found ? found : "nothing",
                  algorithm);
  } else {
    ck_assert_msg(!found, "%s has %s, not nothing", key, found);
  }
  unet_tuning_destroy(table);
}

/* What the file holds; the caller may change it. */
static char *table_text(void) {
  static char copy[4096];
  char *text = NULL;
  size_t size = 0;
  ck_unet_ok(unet_read_file(&text, &size, table_path()));
  snprintf(copy, sizeof copy, "%s", text);
  free(text);
  return copy;
}

START_TEST(entries_come_back) {
  wants_entry(first_key, NULL);
  ck_unet_ok(save_entry(&device, first_key, "group"));
  wants_entry(first_key, "group");
  wants_entry("conv2d n2 3->4 32x64 k3", NULL);
  ck_unet_ok(save_entry(&device, "another", "vector"));
  ck_unet_ok(save_entry(&device, first_key, "naive"));
  wants_entry(first_key, "naive");
  wants_entry("another", "vector");
  char *text = table_text();
  const char *const parts[] = {"\"Some GPU (TM) 5000\"", "\"Platform\"", "\"1.2\"", unet_version(), "0.25"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    ck_assert_msg(strstr(text, parts[i]), "the file lacks %s:\n%s", parts[i], text);
  ck_assert_ptr_null(strstr(text, "bad"));
  const char *name = unet_path_name(table_path());
  ck_assert_msg(strncmp(name, "some-gpu-tm-5000-", 17) == 0, "the file is called %s", name);
}
END_TEST

START_TEST(off_means_none) {
  ck_unet_ok(save_entry(&device, first_key, "group"));
  ck_assert_int_eq(setenv("UNETCL_TUNING", "off", 1), 0);
  ck_assert_ptr_null(unet_tuning_load(&device));
}
END_TEST

START_TEST(home_is_the_second_choice) {
  char *path = NULL;
  const char *const no_folders[] = {"", "not/absolute"};
  ck_assert_int_eq(setenv("HOME", cache, 1), 0);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(setenv("XDG_CACHE_HOME", no_folders[i], 1), 0);
    ck_unet_ok(unet_tuning_path(&path, &device));
    ck_assert_msg(strncmp(path, cache, strlen(cache)) == 0 && strstr(path, "/.cache/unetcl/"), "%s", path);
    free(path);
  }
  ck_assert_int_eq(unsetenv("XDG_CACHE_HOME"), 0);
  ck_assert_int_eq(unsetenv("HOME"), 0);
  ck_unet_ok(unet_tuning_path(&path, &device));
  ck_assert_ptr_null(path);
  ck_assert_ptr_null(unet_tuning_load(&device));
}
END_TEST

/* Another driver, platform or device has a file of its own; the same file with other words in it is stale. */
START_TEST(a_stale_table_counts_for_nothing) {
  ck_unet_ok(save_entry(&device, first_key, "group"));
  unet_device_info others[] = {device, device, device};
  snprintf(others[0].name, sizeof others[0].name, "Some GPU (TM) 6000");
  snprintf(others[1].platform_name, sizeof others[1].platform_name, "Other");
  snprintf(others[2].driver_version, sizeof others[2].driver_version, "1.3");
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    ck_assert_ptr_null(unet_tuning_load(&others[i]));
  char kernels[9];
  snprintf(kernels, sizeof kernels, "%08x", unet_cl_sources_checksum());
  const char *const words[] = {"5000", "Platform", "\"1.2\"", unet_version(), kernels};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    char *text = table_text(), *at = strstr(text, words[i]);
    ck_assert_ptr_nonnull(at);
    at[1] = '?';
    ck_unet_ok(unet_write_file(table_path(), text, strlen(text)));
    ck_assert_msg(!unet_tuning_load(&device), "a table with another %s is used", words[i]);
    ck_unet_ok(save_entry(&device, "another", "naive")); /* replaces it */
    wants_entry("another", "naive");
    wants_entry(first_key, NULL);
    ck_unet_ok(save_entry(&device, first_key, "group"));
  }
}
END_TEST

START_TEST(a_truncated_table_counts_for_nothing) {
  ck_unet_ok(save_entry(&device, first_key, "group"));
  char *text = table_text();
  for (size_t size = 0; size + 1 < strlen(text); size++) {
    ck_unet_ok(unet_write_file(table_path(), text, size));
    wants_entry(first_key, NULL);
  }
  ck_unet_ok(save_entry(&device, "another", "naive"));
  wants_entry("another", "naive");
}
END_TEST

START_TEST(wrong_types_count_for_nothing) {
  char *text = NULL;
  const char *const nodes[] = {"[]",
                               "7",
                               "{\"%s\": 7}",
                               "{\"%s\": []}",
                               "{\"%s\": {\"algorithm\": 7}}",
                               "{\"%s\": {\"algorithm\": null}}",
                               "{\"%s\": {\"ms\": {\"naive\": 1}}}",
                               "{\"%s\": {\"algorithm\": \"naive\", \"ms\": []}}"};
  ck_unet_ok(save_entry(&device, first_key, "naive"));
  char *whole = table_text();
  *strstr(whole, "\"nodes\"") = '\0';
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) {
    const char *mark = strstr(nodes[i], "%s");
    int before = mark ? (int)(mark - nodes[i]) : (int)strlen(nodes[i]);
    ck_unet_ok(unet_format_text(&text, "%s\"nodes\": %.*s%s%s}", whole, before, nodes[i],
                                mark ? first_key : "", mark ? mark + 2 : ""));
    ck_unet_ok(unet_write_file(table_path(), text, strlen(text)));
    wants_entry(first_key, i == 7 ? "naive" : NULL); /* the times are for people */
    free(text);
  }
  const char *const broken[] = {"", "null", "[]", "\"text\"", "{}", "{\"nodes\": {}}", "\xff\xfe", "{{{{"};
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    ck_unet_ok(unet_write_file(table_path(), broken[i], strlen(broken[i])));
    ck_assert_ptr_null(unet_tuning_load(&device));
  }
  ck_assert_int_eq(unlink(table_path()), 0);
  ck_assert_int_eq(mkdir(table_path(), 0777), 0);
  ck_assert_ptr_null(unet_tuning_load(&device));
}
END_TEST

static size_t files_in(const char *folder) {
  unet_names names = {0};
  ck_unet_ok(unet_list_folder(&names, folder, UNET_ENTRY_FILE));
  size_t count = names.count;
  unet_names_free(&names);
  return count;
}

START_TEST(what_cannot_be_written_is_told) {
  char *blocked = NULL;
  ck_unet_ok(unet_path_join(&blocked, cache, "unetcl"));
  ck_unet_ok(unet_write_file(blocked, "a file", 6));
  ck_unet_fails(save_entry(&device, first_key, "naive"), UNET_NO_RESOURCE, blocked);
  ck_assert_uint_eq(files_in(cache), 1);
  ck_assert_int_eq(unlink(blocked), 0);
  ck_unet_ok(save_entry(&device, first_key, "naive"));
  ck_assert_int_eq(chmod(blocked, 0555), 0);
  if (access(blocked, W_OK) != 0) { /* root may write anywhere */
    ck_unet_fails(save_entry(&device, first_key, "group"), UNET_NO_RESOURCE, "cannot be written");
  }
  ck_assert_int_eq(chmod(blocked, 0777), 0);
  wants_entry(first_key, "naive");
  ck_assert_uint_eq(files_in(blocked), 1);
  free(blocked);
}
END_TEST

/* Several processes add entries at once: none is lost, and nothing is left beside the table. */
START_TEST(many_write_at_once) {
  enum { WRITERS = 4, ENTRIES = 20 };
  char key[32];
  for (int writer = 0; writer < WRITERS; writer++) {
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child > 0) continue;
    for (int i = 0; i < ENTRIES; i++) {
      snprintf(key, sizeof key, "node %d of %d", i, writer);
      if (save_entry(&device, key, "naive") != UNET_OK) _exit(EXIT_FAILURE);
    }
    _exit(EXIT_SUCCESS);
  }
  for (int writer = 0; writer < WRITERS; writer++) {
    int status = 0;
    ck_assert_int_gt(wait(&status), 0);
    ck_assert_int_eq(status, 0);
  }
  for (int i = 0; i < WRITERS * ENTRIES; i++) {
    snprintf(key, sizeof key, "node %d of %d", i % ENTRIES, i / ENTRIES);
    wants_entry(key, "naive");
  }
  char *folder = NULL;
  ck_unet_ok(unet_path_join(&folder, cache, "unetcl"));
  ck_assert_uint_eq(files_in(folder), 1);
  free(folder);
}
END_TEST

/* --- the chooser -------------------------------------------------------------------------------------- */

/* The algorithm of the first node. */
static const char *chosen(unet_chooser chooser) {
  unet_choice choice = {0};
  const unet_node *node = &network.graph->nodes[0];
  chooser.device = &device;
  ck_unet_ok(unet_choose_algorithm(&chooser, network.graph, node, &choice));
  return unet_kernels_of(node->op)->algorithms[choice.algorithm]->name;
}

START_TEST(recorded_before_forced_before_table_before_rule) {
  ck_assert_str_eq(chosen((unet_chooser){0}), "group");
  ck_unet_ok(save_entry(&device, first_key, "naive"));
  unet_tuning_table *table = unet_tuning_load(&device);
  ck_assert_str_eq(chosen((unet_chooser){.table = table}), "naive");
  ck_assert_str_eq(chosen((unet_chooser){.table = table, .forced = "vector"}), "vector");
  ck_assert_str_eq(chosen((unet_chooser){.table = table, .forced = "none such"}), "naive");
  ck_assert_str_eq(chosen((unet_chooser){.table = table, .forced = "vector", .recorded = "group,naive"}),
                   "group");
  unet_tuning_destroy(table);
}
END_TEST

START_TEST(a_table_that_cannot_be_followed_leaves_the_rule) {
  const char *const names[] = {"none such", "", "vec", "vector,group"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    ck_unet_ok(save_entry(&device, first_key, names[i]));
    unet_tuning_table *table = unet_tuning_load(&device);
    ck_assert_ptr_nonnull(table);
    ck_assert_str_eq(chosen((unet_chooser){.table = table}), "group");
    unet_tuning_destroy(table);
  }
  ck_assert_int_eq(unlink(table_path()), 0);
  ck_unet_ok(save_entry(&device, "conv2d n4 3->4 32x64 k3 elu", "naive")); /* another batch */
  unet_tuning_table *table = unet_tuning_load(&device);
  ck_assert_str_eq(chosen((unet_chooser){.table = table}), "group");
  unet_tuning_destroy(table);
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("tuning_table");
  TCase *all = unet_test_case(suite, "table", 60);
  tcase_add_checked_fixture(all, set_up, tear_down);
  tcase_add_test(all, keys_are_readable);
  tcase_add_test(all, kept_weights_have_keys_of_their_own);
  tcase_add_test(all, nodes_of_a_normalised_training_have_keys);
  tcase_add_test(all, entries_come_back);
  tcase_add_test(all, off_means_none);
  tcase_add_test(all, home_is_the_second_choice);
  tcase_add_test(all, a_stale_table_counts_for_nothing);
  tcase_add_test(all, a_truncated_table_counts_for_nothing);
  tcase_add_test(all, wrong_types_count_for_nothing);
  tcase_add_test(all, what_cannot_be_written_is_told);
  tcase_add_test(all, many_write_at_once);
  tcase_add_test(all, recorded_before_forced_before_table_before_rule);
  tcase_add_test(all, a_table_that_cannot_be_followed_leaves_the_rule);
  return suite;
}
