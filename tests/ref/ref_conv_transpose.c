#include "ref/reference.h"

/* Element of (n,c,h,w), and of the weights (in,out,2,2). */
static double at(const float *t, unet_shape s, size_t n, size_t c, size_t y, size_t x) {
  return (double)t[((n * s.c + c) * s.h + y) * s.w + x];
}

void ref_conv_transpose(float *y, const float *x, const float *w, const float *b, unet_shape xs,
                        unet_shape ws) {
  unet_shape ys = {xs.n, ws.c, 2 * xs.h, 2 * xs.w};
  for (size_t i = 0; i < unet_elements(ys); i++) {
    size_t column = i % ys.w, row = i / ys.w % ys.h, o = i / (ys.w * ys.h) % ys.c,
           n = i / (ys.w * ys.h * ys.c);
    double sum = (double)b[o];
    for (size_t c = 0; c < xs.c; c++)
      sum += at(x, xs, n, c, row / 2, column / 2) * at(w, ws, c, o, row % 2, column % 2);
    y[i] = (float)sum;
  }
}

void ref_conv_transpose_input_grad(float *dx, const float *dy, const float *w, const float *activation,
                                   unet_shape dys, unet_shape ws) {
  unet_shape xs = {dys.n, ws.n, dys.h / 2, dys.w / 2};
  for (size_t i = 0; i < unet_elements(xs); i++) {
    size_t column = i % xs.w, row = i / xs.w % xs.h, c = i / (xs.w * xs.h) % xs.c,
           n = i / (xs.w * xs.h * xs.c);
    double sum = 0.0;
    for (size_t o = 0; o < ws.c; o++) {
      for (size_t k = 0; k < 4; k++) {
        sum += at(dy, dys, n, o, 2 * row + k / 2, 2 * column + k % 2) * at(w, ws, c, o, k / 2, k % 2);
      }
    }
    dx[i] = (float)(activation ? sum * ref_elu_derivative((double)activation[i]) : sum);
  }
}

void ref_conv_transpose_weight_grad(float *dw, float *db, const float *x, const float *dy, unet_shape xs,
                                    unet_shape ws) {
  unet_shape dys = {xs.n, ws.c, 2 * xs.h, 2 * xs.w};
  for (size_t i = 0; i < unet_elements(ws); i++) {
    size_t k = i % 4, o = i / 4 % ws.c, c = i / (4 * ws.c);
    double sum = 0.0;
    for (size_t p = 0; p < xs.n * xs.h * xs.w; p++) {
      size_t n = p / (xs.h * xs.w), row = p / xs.w % xs.h, column = p % xs.w;
      sum += at(x, xs, n, c, row, column) * at(dy, dys, n, o, 2 * row + k / 2, 2 * column + k % 2);
    }
    dw[i] = (float)sum;
  }
  for (size_t o = 0; o < ws.c; o++) {
    double sum = 0.0;
    for (size_t p = 0; p < dys.n * dys.h * dys.w; p++) {
      sum += at(dy, dys, p / (dys.h * dys.w), o, p / dys.w % dys.h, p % dys.w);
    }
    db[o] = (float)sum;
  }
}
