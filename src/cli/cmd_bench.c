#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/architecture_options.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "unetcl/bench.h"

typedef struct bench_command {
  unet_bench_options bench;
  unet_architecture_options architecture;
  const char *platform, *device;
  bool json;
} bench_command;

static double gap_pct(const unet_bench_result *r) {
  return r->step_ms > 0.0 ? 100.0 * r->gap_ms / r->step_ms : 0.0;
}

/* --- as JSON ------------------------------------------------------------------------------------------ */

static const char *const limits[] = {[UNET_BENCH_COMPUTE] = "compute", [UNET_BENCH_MEMORY] = "memory"};

static json_t *op_as_json(const unet_bench_op *op) {
  return json_pack("{s:s, s:s, s:f, s:f, s:f, s:s, s:f}", "name", op->name, "algorithm", op->algorithm, "ms",
                   op->ms, "gflops", op->gflops, "gb_per_s", op->gb_per_s, "limit", limits[op->limit],
                   "limit_pct", op->limit_pct);
}

static json_t *ops_as_json(const unet_bench_result *r) {
  json_t *ops = json_array();
  for (size_t i = 0; i < r->n_ops && ops; i++) {
    if (json_array_append_new(ops, op_as_json(&r->ops[i])) == 0) continue;
    json_decref(ops);
    ops = NULL;
  }
  return ops;
}

static int add_size(json_t *object, const char *key, size_t value) {
  return json_object_set_new(object, key, json_integer((json_int_t)value));
}

/* NULL without memory. */
static json_t *result_as_json(const unet_bench_result *r, const char *device) {
  json_t *all = json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "device", device,
                          "peak_gflops", r->peak_gflops, "memory_gb_per_s", r->memory_gb_per_s,
                          "train_images_per_s", r->train.images_per_s, "train_pct_peak", r->train.pct_peak,
                          "infer_images_per_s", r->infer.images_per_s, "infer_pct_peak", r->infer.pct_peak,
                          "step_ms", r->step_ms, "gap_ms", r->gap_ms, "gap_pct", gap_pct(r));
  int failed = add_size(all, "launches", r->launches);
  failed |= add_size(all, "train_memory_bytes", r->train_memory.bytes);
  failed |= add_size(all, "train_unshared_bytes", r->train_memory.unshared_bytes);
  failed |= add_size(all, "infer_memory_bytes", r->infer_memory.bytes);
  failed |= add_size(all, "infer_unshared_bytes", r->infer_memory.unshared_bytes);
  failed |= json_object_set_new(all, "ops", ops_as_json(r));
  if (!failed) return all;
  json_decref(all);
  return NULL;
}

static unet_status print_json(const unet_bench_result *r, const char *device) {
  json_t *all = result_as_json(r, device);
  char *text = all ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
  json_decref(all);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  puts(text);
  free(text);
  return UNET_OK;
}

/* --- as a table --------------------------------------------------------------------------------------- */

static void print_speed(const char *what, const unet_bench_speed *speed) {
  printf("%-12s%.1f images/s, %.3f GFLOP an image: %.1f %% of the peak\n", what, speed->images_per_s,
         speed->gflop_per_image, speed->pct_peak);
}

static double megabytes(size_t bytes) { return (double)bytes / 1e6; }

static void print_head(const bench_command *command, const unet_bench_result *r, const char *device) {
  printf("%-12s%s\n", "device", device);
  printf("%-12s%.1f GFLOP/s of float32 multiply-adds, %.1f GB/s of memory, measured now\n", "peak",
         r->peak_gflops, r->memory_gb_per_s);
  printf("%-12sfilters %s at %zux%zu, batch %zu\n", "network", command->architecture.filters,
         command->architecture.size, command->architecture.size, command->bench.batch);
  print_speed("training", &r->train);
  print_speed("inference", &r->infer);
  printf("%-12straining %.1f MB (%.1f MB without reuse), inference %.1f MB (%.1f MB)\n", "memory",
         megabytes(r->train_memory.bytes), megabytes(r->train_memory.unshared_bytes),
         megabytes(r->infer_memory.bytes), megabytes(r->infer_memory.unshared_bytes));
  printf("\na training step, %.2f ms on the device: %zu launches, %.2f ms (%.1f %%) between them\n",
         r->step_ms, r->launches, r->gap_ms, gap_pct(r));
}

/* So wide that no name touches the next column. */
static int width_of(const char *(*text)(const unet_bench_op *op), const char *heading,
                    const unet_bench_result *r) {
  size_t width = strlen(heading);
  for (size_t i = 0; i < r->n_ops; i++) {
    size_t length = strlen(text(&r->ops[i]));
    if (length > width) width = length;
  }
  return (int)width;
}

static const char *name_of(const unet_bench_op *op) { return op->name; }
static const char *algorithm_of(const unet_bench_op *op) { return op->algorithm; }

static void print_ops(const unet_bench_result *r) {
  const int name = width_of(name_of, "op", r), algorithm = width_of(algorithm_of, "algorithm", r);
  double total = 0.0;
  for (size_t i = 0; i < r->n_ops; i++) total += r->ops[i].ms;
  printf("%-*s  %-*s%9s%8s%9s%7s  %s\n", name, "op", algorithm, "algorithm", "ms", "share", "GFLOP/s", "GB/s",
         "of the limit");
  for (size_t i = 0; i < r->n_ops; i++) {
    const unet_bench_op *op = &r->ops[i];
    printf("%-*s  %-*s%9.3f%6.1f %%%9.1f%7.1f%6.1f %% %s\n", name, op->name, algorithm, op->algorithm, op->ms,
           total > 0.0 ? 100.0 * op->ms / total : 0.0, op->gflops, op->gb_per_s, op->limit_pct,
           limits[op->limit]);
  }
}

static void print_table(const bench_command *command, const unet_bench_result *r, const char *device) {
  print_head(command, r, device);
  print_ops(r);
  if (!command->bench.trace) return;
  printf("\nthe timeline is in %s: open it with https://ui.perfetto.dev or chrome://tracing\n",
         command->bench.trace);
}

/* --- the command -------------------------------------------------------------------------------------- */

static unet_status bench(bench_command *command) {
  unet_device *device = NULL;
  unet_bench_result result = {0};
  unet_status status = UNET_OK;
  UNET_TRY(unet_architecture_from_options(&command->bench.architecture, &command->architecture));
  UNET_TRY(unet_device_open(&device, command->platform, command->device));
  unet_watch_interrupts();
  UNET_TRY_GOTO(done, unet_bench(&result, device, &command->bench));
  const char *name = unet_device_get_info(device)->name;
  if (command->json) status = print_json(&result, name);
  if (!command->json) print_table(command, &result, name);
done:
  unet_bench_result_free(&result);
  unet_device_close(device);
  return status;
}

unet_status unet_cmd_bench(int argc, char **argv) {
  bench_command command = {.architecture = UNET_ARCHITECTURE_DEFAULTS,
                           .bench = {.batch = 8, .runs = 10, .stop = unet_was_interrupted}};
  const unet_option options[] = {
      UNET_ARCHITECTURE_OPTIONS(command.architecture),
      {"batch", UNET_OPTION_SIZE, &command.bench.batch, "N", "images at a time", 1, 4096},
      UNET_OPTION_CHOICE_OF("norm", command.bench.norm, unet_norm_names,
                            "of the training step: none, as the article's, or batch, as train's default"),
      {"runs", UNET_OPTION_SIZE, &command.bench.runs, "N", "timed runs; their median counts", 1, 10000},
      {"algorithm", UNET_OPTION_TEXT, &command.bench.algorithm, "A",
       UNET_ALGORITHM_NAMES " wherever an op has it", 0, 0},
      {"layers", UNET_OPTION_FLAG, &command.bench.by_layer, NULL, "a line for each layer, not for each op", 0,
       0},
      {"trace", UNET_OPTION_TEXT, &command.bench.trace, "FILE",
       "also write a timeline of the launches, for Perfetto or chrome://tracing", 0, 0},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print one JSON object", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "bench [OPTIONS]",
      .about =
          "Measures how fast the device trains and runs the network (the article's by default), how much of "
          "its\n"
          "measured peak that is, and where the time of a training step goes: each op's share, the rates it\n"
          "reaches, and how near they are to the limit that binds it, arithmetic or memory.",
      .examples =
          "  unetcl bench\n  unetcl bench --size 512 --batch 4 --layers\n  unetcl bench --trace "
          "bench-trace.json\n"
          "  unetcl bench --device 1 --json",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : bench(&command);
  unet_words_free(&words);
  return status;
}
