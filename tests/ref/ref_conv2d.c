#include "ref/reference.h"

/* Element (n,c,y,x), 0 outside the image. */
static double at(const float *t, unet_shape s, size_t n, size_t c, long y, long x) {
  if (y < 0 || x < 0 || y >= (long)s.h || x >= (long)s.w) return 0.0;
  return (double)t[((n * s.c + c) * s.h + (size_t)y) * s.w + (size_t)x];
}

static double weight(const float *w, unet_shape ws, size_t o, size_t i, size_t ky, size_t kx) {
  return (double)w[((o * ws.c + i) * ws.h + ky) * ws.w + kx];
}

/* Runs `body` for each element of a (n,c,h,w) array, in its order; `index` counts. */
#define FOR_EACH(n_, c_, h_, w_)               \
  for (size_t n = 0, index = 0; n < (n_); n++) \
    for (size_t c = 0; c < (c_); c++)          \
      for (size_t y = 0; y < (h_); y++)        \
        for (size_t x = 0; x < (w_); x++, index++)

void ref_conv2d(float *out, const float *in, const float *w, const float *b, unet_shape xs, unet_shape ws,
                bool elu) {
  long radius = (long)ws.h / 2;
  FOR_EACH(xs.n, ws.n, xs.h, xs.w) {
    double sum = (double)b[c];
    for (size_t i = 0; i < ws.c; i++) {
      for (size_t k = 0; k < ws.h * ws.w; k++) {
        size_t ky = k / ws.w, kx = k % ws.w;
        sum +=
            weight(w, ws, c, i, ky, kx) * at(in, xs, n, i, (long)(y + ky) - radius, (long)(x + kx) - radius);
      }
    }
    out[index] = (float)(elu ? ref_elu(sum) : sum);
  }
}

void ref_conv2d_input_grad(float *dx, const float *dy, const float *w, const float *activation,
                           unet_shape dys, unet_shape ws) {
  long radius = (long)ws.h / 2;
  FOR_EACH(dys.n, ws.c, dys.h, dys.w) {
    double sum = 0.0;
    for (size_t o = 0; o < ws.n; o++) {
      for (size_t k = 0; k < ws.h * ws.w; k++) {
        long ky = (long)(k / ws.w) - radius, kx = (long)(k % ws.w) - radius;
        sum += weight(w, ws, o, c, k / ws.w, k % ws.w) * at(dy, dys, n, o, (long)y - ky, (long)x - kx);
      }
    }
    dx[index] = (float)(activation ? sum * ref_elu_derivative((double)activation[index]) : sum);
  }
}

void ref_conv2d_weight_grad(float *dw, float *db, const float *in, const float *dy, unet_shape xs,
                            unet_shape ws) {
  unet_shape dys = {xs.n, ws.n, xs.h, xs.w};
  long radius = (long)ws.h / 2;
  for (size_t o = 0; o < ws.n; o++) {
    for (size_t rest = 0; rest < ws.c * ws.h * ws.w; rest++) {
      size_t i = rest / (ws.h * ws.w), ky = rest / ws.w % ws.h, kx = rest % ws.w;
      double sum = 0.0;
      FOR_EACH(xs.n, 1, xs.h, xs.w) {
        (void)index;
        sum += at(dy, dys, n, o + c, (long)y, (long)x) *
               at(in, xs, n, i, (long)(y + ky) - radius, (long)(x + kx) - radius);
      }
      dw[o * ws.c * ws.h * ws.w + rest] = (float)sum;
    }
    double sum = 0.0;
    FOR_EACH(xs.n, 1, xs.h, xs.w) {
      (void)index;
      sum += at(dy, dys, n, o + c, (long)y, (long)x);
    }
    db[o] = (float)sum;
  }
}
