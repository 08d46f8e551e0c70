#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

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

static json_t *ops_as_json(const unet_bench_result *r) {
  json_t *ops = json_array();
  for (size_t i = 0; i < r->n_ops && ops; i++) {
    json_t *op = json_pack("{s:s, s:s, s:f, s:f}", "name", r->ops[i].name, "algorithm", r->ops[i].algorithm,
                           "ms", r->ops[i].ms, "gflops", r->ops[i].gflops);
    if (json_array_append_new(ops, op) == 0) continue;
    json_decref(ops);
    ops = NULL;
  }
  return ops;
}

static unet_status print_json(const unet_bench_result *r, const char *device) {
  json_t *ops = ops_as_json(r);
  json_t *all =
      ops ? json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "device", device, "peak_gflops",
                      r->peak_gflops, "memory_gb_per_s", r->memory_gb_per_s, "train_images_per_s",
                      r->train.images_per_s, "train_pct_peak", r->train.pct_peak, "infer_images_per_s",
                      r->infer.images_per_s, "infer_pct_peak", r->infer.pct_peak, "ops", ops)
          : NULL;
  char *text = all ? json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
  json_decref(all);
  if (!text) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  puts(text);
  free(text);
  return UNET_OK;
}

static void print_speed(const char *what, const unet_bench_speed *speed) {
  printf("%-12s%.1f images/s, %.3f GFLOP an image: %.1f %% of the peak\n", what, speed->images_per_s,
         speed->gflop_per_image, speed->pct_peak);
}

static void print_table(const bench_command *command, const unet_bench_result *r, const char *device) {
  double total = 0.0;
  printf("%-12s%s\n", "device", device);
  printf("%-12s%.1f GFLOP/s of float32 multiply-adds, %.1f GB/s of memory, measured now\n", "peak",
         r->peak_gflops, r->memory_gb_per_s);
  printf("%-12sfilters %s at %zux%zu, batch %zu\n", "network", command->architecture.filters,
         command->architecture.size, command->architecture.size, command->bench.batch);
  print_speed("training", &r->train);
  print_speed("inference", &r->infer);
  for (size_t i = 0; i < r->n_ops; i++) total += r->ops[i].ms;
  printf("\na training step, %.2f ms on the device:\n%-42s%-12s%10s%9s%11s\n", total, "op", "algorithm", "ms",
         "share", "GFLOP/s");
  for (size_t i = 0; i < r->n_ops; i++) {
    const unet_bench_op *op = &r->ops[i];
    printf("%-42s%-12s%10.3f%7.1f %%%11.1f\n", op->name, op->algorithm, op->ms,
           total > 0.0 ? 100.0 * op->ms / total : 0.0, op->gflops);
  }
}

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
      {"runs", UNET_OPTION_SIZE, &command.bench.runs, "N", "timed runs; their median counts", 1, 10000},
      {"algorithm", UNET_OPTION_TEXT, &command.bench.algorithm, "A",
       "naive, vector or group wherever an op has it; by rule by default", 0, 0},
      {"layers", UNET_OPTION_FLAG, &command.bench.by_layer, NULL, "a line for each layer, not for each op", 0,
       0},
      {"json", UNET_OPTION_FLAG, &command.json, NULL, "print one JSON object", 0, 0},
      UNET_DEVICE_OPTIONS(command.platform, command.device),
  };
  const unet_command_line line = {
      .usage = "bench [OPTIONS]",
      .about =
          "Measures how fast the device trains and runs the network (the article's by default), how much of "
          "its\n"
          "measured peak that is, and where the time of a training step goes.",
      .examples =
          "  unetcl bench\n  unetcl bench --size 512 --batch 4 --layers\n  unetcl bench --device 1 --json",
      .options = options,
      .n_options = sizeof options / sizeof *options};
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  unet_status status = words.help ? UNET_OK : bench(&command);
  unet_words_free(&words);
  return status;
}
