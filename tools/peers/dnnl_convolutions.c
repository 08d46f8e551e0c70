/* Times oneDNN's convolution primitives alone, to compare unetcl with: all 3x3 layers of the U-Net forward,
 * then their gradients of the weights and of the input (which the first layer does not need), in layouts of
 * oneDNN's choice, with no reordering and no other op. The median of the runs.
 *
 * usage: dnnl_convolutions SIZE BATCH RUNS FILTER...
 * oneDNN 2.x: cc -O2 dnnl_convolutions.c -ldnnl */
#define _POSIX_C_SOURCE 200809L
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAX_FILTERS = 16, MAX_LAYERS = 4 * MAX_FILTERS, WARM_UP = 2 };

typedef struct layer {
  int in, out, side;
} layer;

typedef struct primitive {
  dnnl_primitive_t handle;
  dnnl_exec_arg_t arguments[4];
  int count;
} primitive;

static void check(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "dnnl_convolutions: %s failed (oneDNN status %d)\n", what, (int)status);
  exit(1);
}

/* --- the layers --------------------------------------------------------------------------------------- */

static int list_layers(layer layers[MAX_LAYERS], const int *filters, int levels, int size) {
  int count = 0, in = 3;
  for (int level = 0; level < levels; level++) {
    layers[count++] = (layer){in, filters[level], size >> level};
    layers[count++] = (layer){filters[level], filters[level], size >> level};
    in = filters[level];
  }
  for (int level = levels - 2; level >= 0; level--) {
    int out = filters[level + 1] / 2;
    layers[count++] = (layer){out + filters[level], out, size >> level};
    layers[count++] = (layer){out, out, size >> level};
  }
  return count;
}

/* --- primitives ----------------------------------------------------------------------------------------- */

static dnnl_memory_desc_t any_layout(int n_dims, dnnl_dim_t a, dnnl_dim_t b, dnnl_dim_t side) {
  dnnl_memory_desc_t desc;
  dnnl_dims_t dims = {a, b, side, side};
  check(
      dnnl_memory_desc_init_by_tag(&desc, n_dims, dims, dnnl_f32, n_dims == 1 ? dnnl_x : dnnl_format_tag_any),
      "describing a tensor");
  return desc;
}

/* Memory in the layout that the primitive asks for, filled with small numbers. */
static void add_argument(primitive *p, const_dnnl_primitive_desc_t desc, dnnl_engine_t engine, int argument) {
  const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(desc, dnnl_query_exec_arg_md, argument);
  dnnl_memory_t memory;
  void *data = NULL;
  check(dnnl_memory_create(&memory, wanted, engine, DNNL_MEMORY_ALLOCATE), "allocating a tensor");
  check(dnnl_memory_get_data_handle(memory, &data), "reaching a tensor");
  size_t floats = dnnl_memory_desc_get_size(wanted) / sizeof(float);
  for (size_t i = 0; i < floats; i++) ((float *)data)[i] = (float)(i % 17) * 0.01f;
  p->arguments[p->count++] = (dnnl_exec_arg_t){argument, memory};
}

static dnnl_primitive_desc_t create(primitive *p, const dnnl_convolution_desc_t *desc, dnnl_engine_t engine,
                                    const_dnnl_primitive_desc_t hint) {
  dnnl_primitive_desc_t created;
  check(dnnl_primitive_desc_create(&created, desc, NULL, engine, hint), "choosing a convolution");
  check(dnnl_primitive_create(&p->handle, created), "making a convolution");
  return created;
}

/* The forward pass, the weights' and (where wanted) the input's gradient of one layer into three[]. */
static int make_layer(primitive three[3], const layer *l, int batch, dnnl_engine_t engine) {
  const dnnl_dims_t one = {1, 1};
  dnnl_memory_desc_t x = any_layout(4, batch, l->in, l->side), w = any_layout(4, l->out, l->in, 3),
                     b = any_layout(1, l->out, 0, 0), y = any_layout(4, batch, l->out, l->side);
  dnnl_convolution_desc_t desc;
  check(dnnl_convolution_forward_desc_init(&desc, dnnl_forward_training, dnnl_convolution_direct, &x, &w, &b,
                                           &y, one, one, one),
        "describing a convolution");
  dnnl_primitive_desc_t forward = create(&three[0], &desc, engine, NULL);
  for (int i = 0; i < 4; i++)
    add_argument(&three[0], forward, engine,
                 (const int[]){DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST}[i]);

  check(dnnl_convolution_backward_weights_desc_init(&desc, dnnl_convolution_direct, &x, &w, &b, &y, one, one,
                                                    one),
        "describing a weight gradient");
  dnnl_primitive_desc_t weights = create(&three[1], &desc, engine, forward);
  for (int i = 0; i < 4; i++)
    add_argument(
        &three[1], weights, engine,
        (const int[]){DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS}[i]);
  if (l->in == 3) return 2;

  check(dnnl_convolution_backward_data_desc_init(&desc, dnnl_convolution_direct, &x, &w, &y, one, one, one),
        "describing an input gradient");
  dnnl_primitive_desc_t data = create(&three[2], &desc, engine, forward);
  for (int i = 0; i < 3; i++)
    add_argument(&three[2], data, engine,
                 (const int[]){DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC}[i]);
  return 3;
}

/* --- timing --------------------------------------------------------------------------------------------- */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_time(const primitive *list, int count, dnnl_stream_t stream, int runs) {
  double times[1000];
  for (int run = -WARM_UP; run < runs; run++) {
    double start = now();
    for (int i = 0; i < count; i++)
      check(dnnl_primitive_execute(list[i].handle, stream, list[i].count, list[i].arguments), "running");
    check(dnnl_stream_wait(stream), "waiting");
    if (run >= 0) times[run] = now() - start;
  }
  qsort(times, (size_t)runs, sizeof *times, by_value);
  return times[runs / 2];
}

int main(int argc, char **argv) {
  int filters[MAX_FILTERS] = {0}, levels = argc - 4;
  if (levels < 1 || levels > MAX_FILTERS || atoi(argv[3]) < 1 || atoi(argv[3]) > 1000) {
    fprintf(stderr, "usage: dnnl_convolutions SIZE BATCH RUNS FILTER...\n");
    return 2;
  }
  int size = atoi(argv[1]), batch = atoi(argv[2]), runs = atoi(argv[3]);
  for (int i = 0; i < levels; i++) filters[i] = atoi(argv[4 + i]);

  dnnl_engine_t engine;
  dnnl_stream_t stream;
  check(dnnl_engine_create(&engine, dnnl_cpu, 0), "opening the processor");
  check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "opening a stream");
  layer layers[MAX_LAYERS];
  primitive forward[MAX_LAYERS] = {0}, step[3 * MAX_LAYERS] = {0};
  int n_layers = list_layers(layers, filters, levels, size), n_backward = 0;
  for (int i = 0; i < n_layers; i++) {
    primitive three[3] = {0};
    int made = make_layer(three, &layers[i], batch, engine);
    forward[i] = step[i] = three[0];
    for (int j = 1; j < made; j++) step[n_layers + n_backward++] = three[j];
  }
  printf("conv_forward_ms %.3f\n", 1e3 * median_time(forward, n_layers, stream, runs));
  printf("conv_step_ms %.3f\n", 1e3 * median_time(step, n_layers + n_backward, stream, runs));
  return 0;
}
