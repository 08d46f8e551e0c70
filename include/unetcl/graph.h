/* A static graph of tensors: built once, differentiated, fused, planned, and then run many times.
 *
 * Tensors are float32 (N,C,H,W). Builders return the new value; the first failure is kept in the graph,
 * every later builder then returns UNET_NO_VALUE, and unet_graph_status() tells at the end. So a network
 * reads as a list of its layers. */
#ifndef UNETCL_GRAPH_H
#define UNETCL_GRAPH_H

#include <stdbool.h>
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
/* Each channel of the batch brought to mean 0 and variance 1, then scaled and shifted: x (n,c,h,w), norm
 * (2,c,1,1) the scales, then the shifts -> y like x; *statistics (2,c,1,1) = the means, then the variances,
 * over the n h w values (Ioffe and Szegedy 2015, eps = UNET_BATCH_NORM_EPSILON). For training; what is
 * trained so is used with its layers folded into the convolutions before them. */
UNET_API unet_value unet_batch_norm(unet_graph *graph, unet_value x, unet_value norm, unet_value *statistics);
#define UNET_BATCH_NORM_EPSILON 1e-5
/* x > 0 ? x : exp(x) - 1. */
UNET_API unet_value unet_elu(unet_graph *graph, unet_value x);
/* 1 / (1 + exp(-x)). */
UNET_API unet_value unet_sigmoid(unet_graph *graph, unet_value x);

/* A loss of binary segmentation from logits z and targets y in {0,1}, p = sigmoid(z), pt = y ? p : 1 - p:
 *   pixel * mean of (1 - pt)^gamma bce  +  region * (1 - (2 TP + 1) / (2 TP + 2 alpha FP + 2 beta FN + 1))
 * with TP = sum(y p), FP = sum p - TP, FN = sum y - TP over the whole batch. gamma 0 is plain BCE, above it
 * the focal loss (Lin et al. 2017); alpha = beta = 0.5 is the Dice loss, others Tversky's (Salehi et al.
 * 2017). */
typedef struct unet_loss_form {
  float pixel, region; /* weights of the two terms */
  float gamma;
  float alpha, beta; /* what a false positive and a false negative cost */
} unet_loss_form;

/* {1, 1, 0, 0.5, 0.5}: bce_dice_loss of Keras users. */
UNET_API unet_loss_form unet_bce_dice_loss(void);

/* Four sums over all pixels of the batch, logits (n,1,h,w) and targets alike:
 *   [sum of (1 - pt)^gamma bce, sum of y p, sum of y, sum of p]; the loss made of them is differentiated. */
UNET_API unet_value unet_segmentation_loss(unet_graph *graph, unet_value logits, unet_value target,
                                           const unet_loss_form *form);

/* Adds the backward nodes of `loss` for every parameter, each an ordinary node of the graph. */
UNET_API unet_status unet_graph_differentiate(unet_graph *graph, unet_value loss);

typedef struct unet_adam_form {
  float clip;   /* largest norm of all gradients together: longer ones are shortened to it; 0: as they are */
  bool average; /* keep a moving average of the parameters beside them */
} unet_adam_form;

enum { UNET_ADAM_RATE, UNET_ADAM_DECAY, UNET_ADAM_BLEND, UNET_ADAM_SCALARS };

/* Adds the optimizer as the last node: Adam as Keras has it, over all parameters at once,
 *   m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2,  w = (1 - decay) w - rate m / (sqrt(v) + eps),
 *   average += blend (w - average),
 * with b1 = 0.9, b2 = 0.999, eps = 1e-7. `scalars` is a value of UNET_ADAM_SCALARS numbers that the host sets
 * before each step: the rate, lr sqrt(1 - b2^t) / (1 - b1^t), t from 1 (Kingma and Ba 2015, the form before
 * section 2.1); the decay, lr times AdamW's weight decay (Loshchilov and Hutter 2019), or 0; the blend, 1 -
 * the average's decay. */
UNET_API unet_status unet_graph_add_adam(unet_graph *graph, unet_value scalars, const unet_adam_form *form);

/* Folds ELU into the convolution or normalisation before it, the ELU derivative and the sum of two gradients
 * into the gradient's producer. Same results, fewer passes over memory. */
UNET_API unet_status unet_graph_fuse(unet_graph *graph);

#endif
