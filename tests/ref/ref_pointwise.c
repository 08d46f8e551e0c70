/* Pooling, ELU, loss and Adam. */
#include <math.h>

#include "ref/reference.h"

double ref_elu(double x) { return x > 0.0 ? x : expm1(x); }

double ref_elu_derivative(double y) { return y > 0.0 ? 1.0 : y + 1.0; }

/* Where the first maximum of output element i's window is. */
static size_t first_maximum(const float *x, unet_shape xs, size_t i) {
  size_t w = xs.w / 2, h = xs.h / 2;
  size_t corner = (i / (w * h) * xs.h + i / w % h * 2) * xs.w + i % w * 2;
  size_t best = corner;
  for (size_t k = 1; k < 4; k++) {
    size_t candidate = corner + k / 2 * xs.w + k % 2;
    if (x[candidate] > x[best]) best = candidate;
  }
  return best;
}

void ref_maxpool(float *y, const float *x, unet_shape xs) {
  for (size_t i = 0; i < unet_elements(xs) / 4; i++) y[i] = x[first_maximum(x, xs, i)];
}

void ref_maxpool_grad(float *dx, const float *x, const float *dy, const float *addend, unet_shape xs,
                      bool elu) {
  for (size_t i = 0; i < unet_elements(xs); i++) dx[i] = addend ? addend[i] : 0.0f;
  for (size_t i = 0; i < unet_elements(xs) / 4; i++) dx[first_maximum(x, xs, i)] += dy[i];
  for (size_t i = 0; elu && i < unet_elements(xs); i++) dx[i] *= (float)ref_elu_derivative((double)x[i]);
}

static double sigmoid(double z) { return 1.0 / (1.0 + exp(-z)); }

void ref_bce_dice_loss(double sums[4], const float *z, const float *y, size_t count) {
  for (int k = 0; k < 4; k++) sums[k] = 0.0;
  for (size_t i = 0; i < count; i++) {
    double logit = (double)z[i], truth = (double)y[i], p = sigmoid(logit);
    sums[0] += fmax(logit, 0.0) - logit * truth + log1p(exp(-fabs(logit)));
    sums[1] += truth * p;
    sums[2] += truth;
    sums[3] += p;
  }
}

double ref_loss(const float *z, const float *y, size_t count, double bce_weight, double dice_weight) {
  double sums[4];
  ref_bce_dice_loss(sums, z, y, count);
  double dice = (2.0 * sums[1] + 1.0) / (sums[2] + sums[3] + 1.0);
  return bce_weight * sums[0] / (double)count + dice_weight * (1.0 - dice);
}

void ref_bce_dice_loss_grad(float *dz, const float *z, const float *y, size_t count, double bce_weight,
                            double dice_weight) {
  double sums[4];
  ref_bce_dice_loss(sums, z, y, count);
  double d = sums[2] + sums[3] + 1.0, twice = 2.0 * sums[1] + 1.0;
  for (size_t i = 0; i < count; i++) {
    double p = sigmoid((double)z[i]), truth = (double)y[i];
    double dice_slope = (2.0 * truth * d - twice) / (d * d);
    dz[i] = (float)(bce_weight * (p - truth) / (double)count - dice_weight * dice_slope * p * (1.0 - p));
  }
}

void ref_adam(float *w, float *m, float *v, const float *g, size_t count, double rate) {
  for (size_t i = 0; i < count; i++) {
    double gradient = (double)g[i];
    double m_new = 0.9 * (double)m[i] + 0.1 * gradient;
    double v_new = 0.999 * (double)v[i] + 0.001 * gradient * gradient;
    m[i] = (float)m_new;
    v[i] = (float)v_new;
    w[i] = (float)((double)w[i] - rate * m_new / (sqrt(v_new) + 1e-7));
  }
}
