/* The ops as plainly as they can be written, on dense (n,c,h,w) arrays, summing in double. The formulas stand
 * in src/ops/<op>.c. */
#ifndef UNETCL_TESTS_REF_REFERENCE_H
#define UNETCL_TESTS_REF_REFERENCE_H

#include "graph/graph.h"

/* in (n,c,h,w), w (o,c,k,k), b (o) -> out (n,o,h,w); ELU on the result where `elu`. */
void ref_conv2d(float *out, const float *in, const float *w, const float *b, unet_shape xs, unet_shape ws,
                bool elu);
/* dy (n,out,h,w), w -> dx (n,in,h,w), times the ELU derivative of activation (like dx) where not NULL. */
void ref_conv2d_input_grad(float *dx, const float *dy, const float *w, const float *activation,
                           unet_shape dys, unet_shape ws);
/* in (n,c,h,w), dy (n,o,h,w) -> dw (o,c,k,k), db (o). */
void ref_conv2d_weight_grad(float *dw, float *db, const float *in, const float *dy, unet_shape xs,
                            unet_shape ws);

/* x (n,in,h,w), w (in,out,2,2), b (out) -> y (n,out,2h,2w). */
void ref_conv_transpose(float *y, const float *x, const float *w, const float *b, unet_shape xs,
                        unet_shape ws);
/* dy (n,out,2h,2w), w -> dx (n,in,h,w), times the ELU derivative of activation where not NULL. */
void ref_conv_transpose_input_grad(float *dx, const float *dy, const float *w, const float *activation,
                                   unet_shape dys, unet_shape ws);
/* x (n,in,h,w), dy (n,out,2h,2w) -> dw (in,out,2,2), db (out). */
void ref_conv_transpose_weight_grad(float *dw, float *db, const float *x, const float *dy, unet_shape xs,
                                    unet_shape ws);

/* x (n,c,h,w) -> y (n,c,h/2,w/2). */
void ref_maxpool(float *y, const float *x, unet_shape xs);
/* dy (n,c,h/2,w/2) -> dx (n,c,h,w), plus addend where not NULL, times the ELU derivative of x where `elu`. */
void ref_maxpool_grad(float *dx, const float *x, const float *dy, const float *addend, unet_shape xs,
                      bool elu);

/* x (n,c,h,w), norm (2,c) -> statistics (2,c), y (ELU on it where `elu`); x, norm, dy -> dx, dnorm (2,c). */
void ref_batch_norm(float *y, float *statistics, const float *x, const float *norm, unet_shape xs, bool elu);
void ref_batch_norm_grad(float *dx, float *dnorm, const float *x, const float *norm, const float *dy,
                         unet_shape xs);

double ref_elu(double x);
double ref_elu_derivative(double y); /* from the output */

/* Logits and targets of `count` pixels -> the four sums, and the gradient of the loss. */
void ref_segmentation_loss(double sums[4], const float *z, const float *y, size_t count, double gamma);
void ref_segmentation_loss_grad(float *dz, const float *z, const float *y, size_t count,
                                const unet_loss_form *form);
/* The loss itself. */
double ref_loss(const float *z, const float *y, size_t count, const unet_loss_form *form);

/* One step over `count` parameters; clip 0: none. */
void ref_adam(float *w, float *m, float *v, float *average, const float *g, size_t count, double rate,
              double decay, double blend, double clip);

#endif
