/* Runs one op on the device with each of its algorithms and holds the results to a reference.
 *
 *   op_case c;
 *   op_case_start(&c);                                     after the device fixture's setup
 *   unet_value x = op_case_planes(&c, (unet_shape){2, 3, 5, 7});
 *   op_case_node(&c, UNET_OP_ELU, (unet_value[]){x, NO, NO, NO}, NULL);
 *   ref_elu(op_case_expected(&c, 0), op_case_data(&c, x), ...);
 *   op_case_check(&c, 1e-6, 1e-6);                         every algorithm, images, halo
 *   op_case_end(&c);
 *
 * Values are drawn from the test's own generator, in [-1,1). The environment variable UNET_TEST_SKIP names an
 * algorithm that is left out. */
#ifndef UNETCL_TESTS_OP_CASE_H
#define UNETCL_TESTS_OP_CASE_H

#include "check_main.h"
#include "graph/graph.h"

enum { NO = UNET_NO_VALUE, OP_CASE_VALUES = 8 };

typedef struct op_case {
  unet_graph *graph;
  float *data[OP_CASE_VALUES]; /* per value: what the host writes; for parameters too */
  unet_value outputs[UNET_MAX_OUTPUTS];
  float *expected[UNET_MAX_OUTPUTS];
  unet_value made; /* by a node before the one under test; NO: nothing is */
  unsigned seed;
  unet_op_kind op;
} op_case;

void op_case_start(op_case *c);
void op_case_end(op_case *c);

/* A tensor of planes, or a parameter, filled with numbers. Change op_case_data to have others. */
unet_value op_case_planes(op_case *c, unet_shape shape);
unet_value op_case_parameter(op_case *c, unet_shape shape);
unet_value op_case_scalars(op_case *c, size_t count);
/* Twice such a tensor, made by a node of its own: algorithms that may put their result in its place then do.
 */
unet_value op_case_doubled(op_case *c, unet_value planes);
float *op_case_data(op_case *c, unet_value value);
unet_shape op_case_shape(const op_case *c, unet_value value);

/* The node under test; it may be called once. */
void op_case_node(op_case *c, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                  const unet_attributes *attributes);

/* A node that reads the first one's result, inputs[0]: its own result is output 1, or output 0 where the
 * first one's is not `kept` and not compared. */
void op_case_then(op_case *c, unet_op_kind op, const unet_value inputs[UNET_MAX_INPUTS],
                  const unet_attributes *attributes, bool kept);
unet_value op_case_result(const op_case *c);

/* Where the reference result of an output goes, dense (n,c,h,w). */
float *op_case_expected(op_case *c, size_t output);

/* |result - expected| <= absolute + relative * |expected| everywhere, and the halo is zero, with every
 * algorithm of the op; prints the worst error and where. */
void op_case_check(const op_case *c, double absolute, double relative);

/* Numbers of values, from a generator with the case's seed: in [low, high). */
void op_case_fill(op_case *c, float *values, size_t count, float low, float high);

#endif
