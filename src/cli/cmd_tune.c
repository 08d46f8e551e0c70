#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/architecture_options.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/tune_progress.h"

typedef struct tune_command {
  unet_tune_options tune;
  unet_architecture_options architecture;
  const char *platform, *device;
  bool json;
  unet_tune_progress progress;
  json_t *nodes; /* for --json */
} tune_command;

static unet_status no_memory(void) { return unet_fail(UNET_NO_RESOURCE, "out of memory"); }

/* --- a node ------------------------------------------------------------------------------------------- */

static json_t *candidate_as_json(const unet_candidate *candidate) {
  static const char *const states[] = {"timed", "slow", "wrong", "failed"};
  json_t *ms = candidate->state == UNET_CANDIDATE_TIMED ? json_real(candidate->ms) : json_null();
  json_t *error =
      candidate->error <= 1e30 ? json_real(candidate->error) : json_null(); /* JSON has no infinity */
  return json_pack("{s:s, s:s, s:o, s:o}", "algorithm", candidate->algorithm, "state",
                   states[candidate->state], "ms", ms, "error", error);
}

/* A node that cannot be added leaves fewer nodes than progress has counted, which is found at the end. */
static void add_json(tune_command *command, const unet_tuned_node *node) {
  json_t *candidates = json_array();
  for (size_t i = 0; i < node->n_candidates; i++)
    (void)json_array_append_new(candidates, candidate_as_json(&node->candidates[i]));
  json_t *entry = json_pack("{s:s, s:s, s:s, s:o}", "node", node->key, "algorithm",
                            node->candidates[node->winner].algorithm, "rule",
                            node->candidates[node->rule].algorithm, "candidates", candidates);
  (void)json_array_append_new(command->nodes, entry);
  command->progress.nodes++;
}

static void tell_node(void *user, const unet_tuned_node *node) {
  tune_command *command = user;
  if (command->json) {
    add_json(command, node);
  } else {
    unet_tune_progress_node(&command->progress, node);
  }
}

/* --- the command -------------------------------------------------------------------------------------- */

static unet_status print_json(const tune_command *command, const char *device, const char *path) {
  if (json_array_size(command->nodes) < command->progress.nodes) return no_memory();
  json_t *all = json_pack("{s:s, s:s, s:O}", "device", device, "table", path, "nodes", command->nodes);
  char *text = all ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(4)) : NULL;
  json_decref(all);
  if (!text) return no_memory();
  puts(text);
  free(text);
  return UNET_OK;
}

static unet_status tune(tune_command *command) {
  unet_device *device = NULL;
  char *path = NULL;
  unet_status status = UNET_OK;
  UNET_TRY(unet_architecture_from_options(&command->tune.architecture, &command->architecture));
  UNET_TRY(unet_device_open(&device, command->platform, command->device));
  const char *name = unet_device_get_info(device)->name;
  command->nodes = json_array();
  command->tune.user = command;
  if (!command->json) printf("device: %s\n", name);
  fflush(stdout);
  unet_watch_interrupts();
  UNET_TRY_GOTO(done, unet_tune(&path, device, &command->tune));
  if (command->json) status = print_json(command, name, path);
  if (!command->json) unet_tune_progress_end(&command->progress, path);
done:
  json_decref(command->nodes);
  free(path);
  unet_device_close(device);
  return status;
}

unet_status unet_cmd_tune(int argc, char **argv) {
  tune_command command = {.architecture = UNET_ARCHITECTURE_DEFAULTS,
                          .tune = {.batch = 8, .on_node = tell_node, .stop = unet_was_interrupted},
                          .progress = {.out = stdout}};
  const unet_option options[] = {
      UNET_ARCHITECTURE_OPTIONS(command.architecture),
      {"batch", UNET_OPTION_SIZE, &command.tune.batch, "N", "images at a time in training", 1, 4096},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print one JSON object", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "tune [OPTIONS]",
      .about =
          "Measures which algorithm computes each node of the network (the article's by default) fastest on "
          "the\n"
          "device, in training and in prediction, and keeps the winners in the device's tuning table, which "
          "every\n"
          "other command then uses. Other sizes, widths and batches add to the table. Ctrl-C leaves it as it "
          "was.",
      .examples =
          "  unetcl tune\n  unetcl tune --size 512 --batch 4\n  UNETCL_TUNING=off unetcl bench    (without "
          "the table)",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : tune(&command);
  unet_words_free(&words);
  return status;
}
