/* What the algorithms of the convolution and of its input gradient share. */
#ifndef UNETCL_KERNELS_CONV2D_H
#define UNETCL_KERNELS_CONV2D_H

#include "kernels/kernel.h"

/* What follows a convolution, by its number in cl/common.cl. */
static inline cl_int unet_activation_of(const unet_node *node) {
  enum { LINEAR, ELU, SIGMOID };
  return node->attributes.elu ? ELU : node->attributes.sigmoid ? SIGMOID : LINEAR;
}

/* The node after it that a convolution computes, too. The parameters of a head or a transposed convolution
 * are in the same buffer as its own. */
typedef struct unet_conv2d_merged {
  const unet_tensor *to; /* its result; that of the convolution, unwritten, where there is none */
  cl_ulong w_offset, b_offset;
  bool pooling, head, transposed;
} unet_conv2d_merged;

static inline unet_conv2d_merged unet_conv2d_merged_of(const unet_call *call) {
  if (!call->merged) return (unet_conv2d_merged){.to = &call->outputs[0]};
  unet_op_kind op = call->merged->op;
  return (unet_conv2d_merged){.to = &call->merged_output,
                              .w_offset = call->merged_inputs[1].offset,
                              .b_offset = call->merged_inputs[2].offset,
                              .pooling = op == UNET_OP_MAXPOOL,
                              .head = op == UNET_OP_CONV2D,
                              .transposed = op == UNET_OP_CONV_TRANSPOSE};
}

/* What follows the sums: bias and activation, or in the input gradient the ELU derivative of `act`. Tensors
 * without their flag are not read. */
typedef struct unet_conv2d_finish {
  const unet_tensor *bias, *act;
  cl_int use_bias, activation, use_act;
} unet_conv2d_finish;

static inline bool unet_conv2d_is_backward(const unet_call *call) {
  return call->node->op == UNET_OP_CONV2D_INPUT_GRAD;
}

static inline unet_conv2d_finish unet_conv2d_finish_of(const unet_call *call) {
  const unet_tensor *weights = &call->inputs[1], *result = &call->outputs[0];
  if (!unet_conv2d_is_backward(call))
    return (unet_conv2d_finish){
        .bias = &call->inputs[2], .act = result, .use_bias = 1, .activation = unet_activation_of(call->node)};
  cl_int use_act = call->node->attributes.elu;
  return (unet_conv2d_finish){
      .bias = weights, .act = use_act ? &call->inputs[2] : result, .use_act = use_act};
}

#endif
