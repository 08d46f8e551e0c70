#include "run/bench_trace.h"

#include <jansson.h>
#include <stdlib.h>

enum { PROCESS = 1, QUEUE = 1 }; /* one device, one in-order queue */

static unet_status no_memory(void) {
  return unet_fail(UNET_NO_RESOURCE, "out of memory: the trace could not be written as text");
}

static unet_status append(json_t *events, json_t *event) {
  return json_array_append_new(events, event) == 0 ? UNET_OK : no_memory();
}

/* "process_name" or "thread_name", for the viewer's headings. */
static unet_status append_name(json_t *events, const char *what, const char *name) {
  return append(events, json_pack("{s:s, s:s, s:i, s:i, s:{s:s}}", "name", what, "ph", "M", "pid", PROCESS,
                                  "tid", QUEUE, "args", "name", name));
}

/* gflops and gb_per_s are those of the whole step: its launches share the work that the op counts. */
static json_t *arguments(const unet_bench_profile *run, size_t number, const unet_launch_record *record,
                         double step_ms) {
  size_t step = (size_t)record->tag;
  unet_cost cost = unet_bench_step_cost(run, step);
  double per_second = step_ms > 0.0 ? 1e3 / step_ms : 0.0;
  return json_pack("{s:I, s:s, s:s, s:f, s:f, s:f}", "run", (json_int_t)number, "algorithm",
                   unet_bench_step_algorithm(run, step), "kernel", record->kernel, "gflops",
                   cost.flops * 1e-9 * per_second, "gb_per_s", cost.bytes * 1e-9 * per_second, "waited_us",
                   (double)(record->start - record->queued) * 1e-3);
}

static unet_status append_launch(json_t *events, const unet_bench_profile *run,
                                 const unet_launch_record *record, uint64_t origin, json_t *args) {
  char *name = NULL;
  unet_status status = unet_bench_step_name(&name, run, (size_t)record->tag);
  if (status != UNET_OK) {
    json_decref(args);
    return status;
  }
  const char *op = unet_bench_step_op(run, (size_t)record->tag)->name;
  json_t *event =
      json_pack("{s:s, s:s, s:s, s:f, s:f, s:i, s:i, s:o}", "name", name, "cat", op, "ph", "X", "ts",
                (double)(record->start - origin) * 1e-3, "dur", (double)(record->end - record->start) * 1e-3,
                "pid", PROCESS, "tid", QUEUE, "args", args);
  free(name);
  return append(events, event);
}

/* Run `number` by itself. */
static unet_status append_run(json_t *events, const unet_bench_profile *profile, size_t number) {
  unet_bench_profile run = *profile;
  run.records += number * profile->launches;
  run.runs = 1;
  double *ms = NULL;
  unet_status status = unet_bench_step_times(&ms, &run);
  for (size_t i = 0; i < run.launches && status == UNET_OK; i++) {
    const unet_launch_record *record = &run.records[i];
    json_t *args = arguments(&run, number, record, ms[record->tag]);
    status = append_launch(events, &run, record, profile->records[0].start, args);
  }
  free(ms);
  return status;
}

static unet_status append_all(json_t *events, const unet_bench_profile *profile, const char *device) {
  UNET_TRY(append_name(events, "process_name", device));
  UNET_TRY(append_name(events, "thread_name", "training steps"));
  for (size_t i = 0; i < profile->runs; i++) UNET_TRY(append_run(events, profile, i));
  return UNET_OK;
}

unet_status unet_bench_format_trace(char **json, const unet_bench_profile *profile, const char *device) {
  json_t *events = json_array();
  unet_status status = append_all(events, profile, device);
  json_t *root = json_pack("{s:o, s:s}", "traceEvents", events, "displayTimeUnit", "ms");
  char *text = status == UNET_OK && root ? json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(12)) : NULL;
  json_decref(root);
  if (status == UNET_OK && !text) status = no_memory();
  if (status == UNET_OK) *json = text;
  return status;
}
