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

static double bce(double z, double y) { return fmax(z, 0.0) - z * y + log1p(exp(-fabs(z))); }

void ref_segmentation_loss(double sums[4], const float *z, const float *y, size_t count, double gamma) {
  for (int k = 0; k < 4; k++) sums[k] = 0.0;
  for (size_t i = 0; i < count; i++) {
    double truth = (double)y[i], p = sigmoid((double)z[i]);
    sums[0] += pow(fabs(truth - p), gamma) * bce((double)z[i], truth);
    sums[1] += truth * p;
    sums[2] += truth;
    sums[3] += p;
  }
}

/* 2 TP + 2 alpha FP + 2 beta FN + 1 */
static double region_size(const double sums[4], const unet_loss_form *form) {
  return 2.0 * sums[1] + 2.0 * (double)form->alpha * (sums[3] - sums[1]) +
         2.0 * (double)form->beta * (sums[2] - sums[1]) + 1.0;
}

double ref_loss(const float *z, const float *y, size_t count, const unet_loss_form *form) {
  double sums[4];
  ref_segmentation_loss(sums, z, y, count, (double)form->gamma);
  double index = (2.0 * sums[1] + 1.0) / region_size(sums, form);
  return (double)form->pixel * sums[0] / (double)count + (double)form->region * (1.0 - index);
}

void ref_segmentation_loss_grad(float *dz, const float *z, const float *y, size_t count,
                                const unet_loss_form *form) {
  double sums[4], gamma = (double)form->gamma, alpha = (double)form->alpha, beta = (double)form->beta;
  ref_segmentation_loss(sums, z, y, count, gamma);
  double d = region_size(sums, form), twice = 2.0 * sums[1] + 1.0;
  for (size_t i = 0; i < count; i++) {
    double truth = (double)y[i], p = sigmoid((double)z[i]), s = fabs(truth - p),
           sign = truth > 0.5 ? -1.0 : 1.0;
    double pixel_slope = sign * pow(s, gamma) * (s + gamma * (1.0 - s) * bce((double)z[i], truth));
    double d_slope = 2.0 * alpha + 2.0 * (1.0 - alpha - beta) * truth;
    double region_slope = (2.0 * truth * d - twice * d_slope) / (d * d) * p * (1.0 - p);
    dz[i] = (float)((double)form->pixel * pixel_slope / (double)count - (double)form->region * region_slope);
  }
}

void ref_adam(float *w, float *m, float *v, float *average, const float *g, size_t count, double rate,
              double decay, double blend, double clip) {
  double norm = 0.0;
  for (size_t i = 0; i < count; i++) norm += (double)g[i] * (double)g[i];
  const double scale = clip > 0.0 && sqrt(norm) > clip ? clip / sqrt(norm) : 1.0;
  for (size_t i = 0; i < count; i++) {
    double gradient = (double)g[i] * scale;
    double m_new = 0.9 * (double)m[i] + 0.1 * gradient;
    double v_new = 0.999 * (double)v[i] + 0.001 * gradient * gradient;
    double w_new = (1.0 - decay) * (double)w[i] - rate * m_new / (sqrt(v_new) + 1e-7);
    m[i] = (float)m_new;
    v[i] = (float)v_new;
    w[i] = (float)w_new;
    average[i] = (float)((double)average[i] + blend * (w_new - (double)average[i]));
  }
}
