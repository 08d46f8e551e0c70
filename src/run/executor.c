#include "run/executor.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/host_memory.h"
#include "graph/layout.h"

struct unet_executor {
  unet_device *device;
  const unet_graph *graph;
  unet_plan *plan;
  cl_mem regions[UNET_MAX_REGIONS]; /* NULL where the region is empty */
  bool transformed;                 /* UNET_REGION_TRANSFORMED holds what the parameters give */
};

/* --- set-up ------------------------------------------------------------------------------------------- */

/* Told before the first step: a step that dies for want of memory leaves the user with nothing. */
static unet_status check_memory(const unet_executor *ex) {
  const unet_device_info *info = unet_device_get_info(ex->device);
  double needed = (double)unet_plan_bytes(ex->plan);
  double device_bytes = (double)info->global_memory;
  if (needed > device_bytes) {
    return unet_fail(
        UNET_NO_RESOURCE,
        "%s: the network needs %.0f MB and the device has %.0f MB; use a smaller --batch or --size",
        info->name, needed / 1e6, device_bytes / 1e6);
  }
  double host_bytes = (double)unet_host_available_bytes();
  if (info->type == UNET_DEVICE_CPU && host_bytes > 0 && needed > host_bytes) {
    return unet_fail(
        UNET_NO_RESOURCE,
        "the network needs %.0f MB and the machine has %.0f MB free; use a smaller --batch or --size",
        needed / 1e6, host_bytes / 1e6);
  }
  return UNET_OK;
}

/* What the arena holds does not outlive a run, so that executors that take turns can have one together. */
static bool can_borrow(const unet_executor *lender, size_t region, size_t floats) {
  return lender && region >= UNET_REGION_ARENA && region < lender->plan->n_regions &&
         lender->plan->region_floats[region] >= floats;
}

static unet_status allocate_regions(unet_executor *ex, const unet_executor *lender) {
  for (size_t i = 0; i < ex->plan->n_regions; i++) {
    size_t floats = ex->plan->region_floats[i];
    if (!floats) continue;
    if (can_borrow(lender, i, floats)) {
      ex->regions[i] = unet_buffer_share(lender->regions[i]);
    } else {
      UNET_TRY(unet_buffer_create(&ex->regions[i], ex->device, floats));
    }
  }
  return UNET_OK;
}

static unet_status make_plan(unet_executor *ex, const unet_executor_options *options) {
  const unet_device_info *info = unet_device_get_info(ex->device);
  unet_tuning_table *table = options->untuned ? NULL : unet_tuning_load(info);
  unet_chooser chooser = {
      .device = info, .recorded = options->recorded, .forced = options->forced, .table = table};
  size_t chunk_floats = (size_t)(info->max_allocation / sizeof(float));
  unet_status status = unet_plan_create(&ex->plan, ex->graph, chunk_floats, unet_choose_algorithm, &chooser);
  unet_tuning_destroy(table);
  return status;
}

static unet_status set_up(unet_executor *ex, const unet_executor_options *options) {
  UNET_TRY(make_plan(ex, options));
  UNET_TRY(check_memory(ex));
  UNET_TRY(allocate_regions(ex, options->lender));
  unet_device_start_preparing(ex->device);
  return unet_device_end_preparing(ex->device, unet_executor_run(ex, UNET_RUN_ALL, 1));
}

unet_status unet_executor_create(unet_executor **out, unet_device *device, const unet_graph *graph,
                                 const unet_executor_options *options) {
  static const unet_executor_options by_default = {0};
  unet_executor *ex = NULL;
  UNET_TRY(unet_alloc_array((void *)&ex, 1, sizeof *ex));
  ex->device = device;
  ex->graph = graph;
  unet_status status = set_up(ex, options ? options : &by_default);
  if (status != UNET_OK) {
    unet_executor_destroy(ex);
    return status;
  }
  *out = ex;
  return UNET_OK;
}

void unet_executor_destroy(unet_executor *executor) {
  if (!executor) return;
  for (size_t i = 0; i < UNET_MAX_REGIONS; i++) unet_buffer_release(executor->regions[i]);
  unet_plan_destroy(executor->plan);
  free(executor);
}

/* --- values between host and device ------------------------------------------------------------------- */

static bool has_planes(const unet_value_info *info) {
  return info->kind == UNET_VALUE_PLANES || info->kind == UNET_VALUE_INPUT;
}

static unet_rows image_rows(unet_shape shape, size_t n) {
  return (unet_rows){.width = shape.w,
                     .rows = shape.h,
                     .planes = n * shape.c,
                     .row_stride = unet_row_stride(shape.w),
                     .plane_stride = unet_plane_stride(shape.h, shape.w)};
}

unet_status unet_executor_send(unet_executor *executor, unet_value value, const float *source, size_t n) {
  const unet_placement *place = &executor->plan->places[value];
  unet_rows rows = image_rows(unet_shape_of(executor->graph, value), n);
  return unet_buffer_write_rows(executor->device, executor->regions[place->region], place->offset, source,
                                &rows);
}

unet_status unet_executor_write(unet_executor *executor, unet_value value, const float *source, size_t n) {
  const unet_value_info *info = unet_info(executor->graph, value);
  const unet_placement *place = &executor->plan->places[value];
  if (info->kind == UNET_VALUE_PARAMETER) executor->transformed = false;
  if (!has_planes(info)) {
    return unet_buffer_write(executor->device, executor->regions[place->region], place->offset, source,
                             unet_elements(info->shape));
  }
  UNET_TRY(unet_executor_send(executor, value, source, n));
  return unet_device_finish(executor->device);
}

/* An image at a time: in a part of a concat, images lie further apart than their own planes. */
static unet_status read_planes(unet_executor *ex, const unet_value_info *info, const unet_placement *place,
                               float *target, size_t n) {
  unet_rows rows = image_rows(info->shape, 1);
  size_t image = info->shape.c * info->shape.h * info->shape.w;
  for (size_t i = 0; i < n; i++) {
    UNET_TRY(unet_buffer_read_rows(ex->device, ex->regions[place->region],
                                   place->offset + i * place->n_stride, target + i * image, &rows));
  }
  return UNET_OK;
}

unet_status unet_executor_read(unet_executor *executor, unet_value value, float *target, size_t n) {
  const unet_value_info *info = unet_info(executor->graph, value);
  const unet_placement *place = &executor->plan->places[value];
  if (has_planes(info)) return read_planes(executor, info, place, target, n);
  return unet_buffer_read(executor->device, executor->regions[place->region], place->offset, target,
                          unet_elements(info->shape));
}

unet_status unet_executor_fetch(unet_executor *executor, unet_value value, float *target) {
  const unet_placement *place = &executor->plan->places[value];
  return unet_buffer_read_later(executor->device, executor->regions[place->region], place->offset, target,
                                unet_elements(unet_shape_of(executor->graph, value)));
}

unet_status unet_executor_write_beside(unet_executor *executor, int region, unet_value parameter,
                                       const float *source) {
  if (region == UNET_REGION_PARAMETERS) executor->transformed = false;
  return unet_buffer_write(executor->device, executor->regions[region],
                           executor->plan->places[parameter].offset, source,
                           unet_elements(unet_shape_of(executor->graph, parameter)));
}

unet_status unet_executor_read_beside(unet_executor *executor, int region, unet_value parameter,
                                      float *target) {
  return unet_buffer_read(executor->device, executor->regions[region],
                          executor->plan->places[parameter].offset, target,
                          unet_elements(unet_shape_of(executor->graph, parameter)));
}

cl_mem unet_executor_region(const unet_executor *executor, int region) { return executor->regions[region]; }

/* --- running ------------------------------------------------------------------------------------------ */

unet_tensor unet_executor_tensor(const unet_executor *executor, unet_value value, size_t n) {
  if (value == UNET_NO_VALUE) return (unet_tensor){0};
  const unet_value_info *info = unet_info(executor->graph, value);
  const unet_placement *place = &executor->plan->places[value];
  if (place->region < 0) return (unet_tensor){0};
  unet_shape shape = info->shape;
  return (unet_tensor){.buffer = executor->regions[place->region],
                       .offset = place->offset,
                       .n = (cl_int)(has_planes(info) ? n : shape.n),
                       .c = (cl_int)shape.c,
                       .h = (cl_int)shape.h,
                       .w = (cl_int)shape.w,
                       .n_stride = (cl_int)place->n_stride,
                       .plane_stride = (cl_int)unet_plane_stride(shape.h, shape.w),
                       .row_stride = (cl_int)unet_row_stride(shape.w)};
}

/* A placement without a shape. */
static unet_tensor bare_tensor(const unet_executor *ex, const unet_placement *place) {
  if (place->region < 0) return (unet_tensor){0};
  return (unet_tensor){.buffer = ex->regions[place->region], .offset = place->offset};
}

static bool has_to_transform(const unet_executor *ex, const unet_step *step) {
  if (!step->choice.transformed_floats) return false;
  return !ex->transformed || step->transformed.region != UNET_REGION_TRANSFORMED;
}

static void add_merged(unet_call *call, const unet_executor *ex, const unet_node *node, size_t n) {
  call->merged = node;
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++)
    call->merged_inputs[slot] = unet_executor_tensor(ex, node->inputs[slot], n);
  call->merged_output = unet_executor_tensor(ex, node->outputs[0], n);
}

static unet_status run_step(unet_executor *ex, size_t index, size_t n) {
  const unet_step *step = &ex->plan->steps[index];
  const unet_node *node = &ex->graph->nodes[step->node];
  const unet_algorithm *algorithm = unet_kernels_of(node->op)->algorithms[step->choice.algorithm];
  unet_call call = {.device = ex->device,
                    .algorithm = algorithm,
                    .graph = ex->graph,
                    .node = node,
                    .workspace = bare_tensor(ex, &step->workspace),
                    .transformed = bare_tensor(ex, &step->transformed),
                    .unread = step->unread,
                    .regions = ex->regions,
                    .parameter_floats = ex->plan->region_floats[UNET_REGION_PARAMETERS]};
  for (int slot = 0; slot < UNET_MAX_INPUTS; slot++)
    call.inputs[slot] = unet_executor_tensor(ex, node->inputs[slot], n);
  for (int slot = 0; slot < UNET_MAX_OUTPUTS; slot++)
    call.outputs[slot] = unet_executor_tensor(ex, node->outputs[slot], n);
  if (step->merged >= 0) add_merged(&call, ex, &ex->graph->nodes[step->merged], n);
  unet_profile_tag(ex->device, (int)index);
  if (has_to_transform(ex, step)) UNET_TRY(algorithm->transform(&call));
  return algorithm->launch(&call);
}

static unet_status run_step_aside(unet_executor *ex, size_t index, size_t n) {
  UNET_TRY(unet_side_begin(ex->device));
  unet_status status = run_step(ex, index, n), ended = unet_side_end(ex->device);
  return status != UNET_OK ? status : ended;
}

static unet_status run_steps(unet_executor *ex, size_t end, size_t n) {
  for (size_t i = 0; i < end; i++) {
    const unet_step *step = &ex->plan->steps[i];
    if (step->done) continue;
    const bool aside = step->last > i;
    if (!aside) UNET_TRY(unet_side_join(ex->device, step->beside));
    UNET_TRY(aside ? run_step_aside(ex, i, n) : run_step(ex, i, n));
    UNET_TRY(unet_stay_awake(ex->device));
  }
  UNET_TRY(unet_side_join(ex->device, 0));
  return unet_device_flush(ex->device);
}

unet_status unet_executor_run(unet_executor *executor, unet_run_part part, size_t n) {
  const unet_plan *plan = executor->plan;
  unet_status status =
      run_steps(executor, part == UNET_RUN_FORWARD ? plan->n_forward_steps : plan->n_steps, n);
  executor->transformed = status == UNET_OK && !executor->graph->trains;
  if (status != UNET_OK) (void)unet_device_finish(executor->device); /* what was sent may go then */
  return status;
}

const unet_plan *unet_executor_plan(const unet_executor *executor) { return executor->plan; }

unet_status unet_executor_algorithms(char **text, const unet_executor *executor) {
  size_t length = 0;
  FILE *stream = open_memstream(text, &length);
  if (!stream) return unet_fail(UNET_NO_RESOURCE, "out of memory");
  for (size_t i = 0; i < executor->plan->n_steps; i++) {
    const unet_step *step = &executor->plan->steps[i];
    const unet_kernels *kernels = unet_kernels_of(executor->graph->nodes[step->node].op);
    fprintf(stream, "%s%s", i ? "," : "", kernels->algorithms[step->choice.algorithm]->name);
  }
  return fclose(stream) == 0 ? UNET_OK : unet_fail(UNET_NO_RESOURCE, "out of memory");
}
