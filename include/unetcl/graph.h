/* A static graph of tensors: built once, differentiated, fused, planned, and then run many times.
 *
 * Tensors are float32 (N,C,H,W). Builders return the new value; the first failure is kept in the graph,
 * every later builder then returns UNET_NO_VALUE, and unet_graph_status() tells at the end. So a network
 * reads as a list of its layers. */
#ifndef UNETCL_GRAPH_H
#define UNETCL_GRAPH_H

#include <stddef.h>

#include "unetcl/status.h"

typedef struct unet_graph unet_graph;

/* A tensor of the graph. */
typedef int unet_value;
enum { UNET_NO_VALUE = -1 };

typedef struct unet_shape {
  size_t n, c, h, w;
} unet_shape;

UNET_API unet_status unet_graph_create(unet_graph **out);
UNET_API void unet_graph_destroy(unet_graph *graph);
/* UNET_OK, or the first failure (its message is then the thread's last error). */
UNET_API unet_status unet_graph_status(const unet_graph *graph);

/* A batch written by the host before each run: (n,c,h,w). The name is copied. */
UNET_API unet_value unet_graph_input(unet_graph *graph, const char *name, unet_shape shape);
/* Numbers written by the host before each run, without height and width: `count` floats. */
UNET_API unet_value unet_graph_scalars(unet_graph *graph, const char *name, size_t count);
/* A trained tensor, dense, in PyTorch's layout: convolution (out,in,kh,kw), transposed convolution
 * (in,out,kh,kw), bias (1,out,1,1). The name is copied. */
UNET_API unet_value unet_graph_parameter(unet_graph *graph, const char *name, unet_shape shape);
/* The value stays readable after a run. */
UNET_API void unet_graph_keep(unet_graph *graph, unet_value value);

/* y[o] = b[o] + sum over i of w[o,i] * x[i], stride 1, 'same' zero padding: x (n,in,h,w), w (out,in,k,k) with
 * k 1 or 3, b (1,out,1,1) -> y (n,out,h,w). */
UNET_API unet_value unet_conv2d(unet_graph *graph, unet_value x, unet_value w, unet_value b);
/* y[o,2i+a,2j+b] = bias[o] + sum over c of x[c,i,j] w[c,o,a,b]: x (n,in,h,w), w (in,out,2,2) ->
 * (n,out,2h,2w). */
UNET_API unet_value unet_conv_transpose(unet_graph *graph, unet_value x, unet_value w, unet_value b);
/* Largest of each 2x2 window, the first one at ties: (n,c,h,w), h and w even -> (n,c,h/2,w/2). */
UNET_API unet_value unet_maxpool(unet_graph *graph, unet_value x);
/* [a, b] along the channels: (n,ca,h,w), (n,cb,h,w) -> (n,ca+cb,h,w). Costs no copy: both are computed in
 * place, so neither may be an input of the graph or part of another concat. */
UNET_API unet_value unet_concat(unet_graph *graph, unet_value a, unet_value b);
/* x > 0 ? x : exp(x) - 1. */
UNET_API unet_value unet_elu(unet_graph *graph, unet_value x);
/* 1 / (1 + exp(-x)). */
UNET_API unet_value unet_sigmoid(unet_graph *graph, unet_value x);

/* Sums over all pixels of the batch, from logits z (n,1,h,w) and targets y in {0,1}: 4 floats
 * [sum of bce, sum of y p, sum of y, sum of p] with p = sigmoid(z). The loss that is differentiated is
 *   bce_weight * mean bce + dice_weight * (1 - (2 sum(y p) + 1) / (sum y + sum p + 1)).
 * (1,1) is bce_dice_loss of Keras users, (1,0) plain BCE, (0,1) the Dice loss. */
UNET_API unet_value unet_bce_dice_loss(unet_graph *graph, unet_value logits, unet_value target,
                                       float bce_weight, float dice_weight);

/* Adds the backward nodes of `loss` for every parameter, each an ordinary node of the graph. */
UNET_API unet_status unet_graph_differentiate(unet_graph *graph, unet_value loss);

/* Adds the optimizer as the last node: Adam as Keras has it, over all parameters at once,
 *   m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2,  w -= rate m / (sqrt(v) + eps),
 * with b1 = 0.9, b2 = 0.999, eps = 1e-7. `rate` is a value of 1 scalar that the host sets before each step:
 * lr sqrt(1 - b2^t) / (1 - b1^t), t from 1. (Kingma and Ba 2015, the form before section 2.1.) */
UNET_API unet_status unet_graph_add_adam(unet_graph *graph, unet_value rate);

/* Folds ELU into the convolution before it, the ELU derivative and the sum of two gradients into the
 * gradient's producer. Same results, fewer passes over memory. */
UNET_API unet_status unet_graph_fuse(unet_graph *graph);

#endif
