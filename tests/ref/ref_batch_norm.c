#include <math.h>

#include "ref/reference.h"

/* Where value i of the n h w ones of channel k lies in x. */
static size_t channel_at(unet_shape xs, size_t k, size_t i) {
  const size_t plane = xs.h * xs.w;
  return (i / plane * xs.c + k) * plane + i % plane;
}

static void moments(double *mean, double *variance, const float *x, unet_shape xs, size_t k) {
  const size_t values = xs.n * xs.h * xs.w;
  const double count = (double)values;
  double sum = 0.0, squares = 0.0;
  for (size_t i = 0; i < values; i++) sum += (double)x[channel_at(xs, k, i)];
  *mean = sum / count;
  for (size_t i = 0; i < values; i++) squares += pow((double)x[channel_at(xs, k, i)] - *mean, 2.0);
  *variance = squares / count;
}

void ref_batch_norm(float *y, float *statistics, const float *x, const float *norm, unet_shape xs, bool elu) {
  const size_t values = xs.n * xs.h * xs.w;
  for (size_t k = 0; k < xs.c; k++) {
    double mean, variance;
    moments(&mean, &variance, x, xs, k);
    statistics[k] = (float)mean;
    statistics[xs.c + k] = (float)variance;
    for (size_t i = 0; i < values; i++) {
      const size_t at = channel_at(xs, k, i);
      const double linear =
          ((double)x[at] - mean) / sqrt(variance + UNET_BATCH_NORM_EPSILON) * (double)norm[k] +
          (double)norm[xs.c + k];
      y[at] = (float)(elu ? ref_elu(linear) : linear);
    }
  }
}

void ref_batch_norm_grad(float *dx, float *dnorm, const float *x, const float *norm, const float *dy,
                         unet_shape xs) {
  const size_t values = xs.n * xs.h * xs.w;
  const double count = (double)values;
  for (size_t k = 0; k < xs.c; k++) {
    double mean, variance, shift = 0.0, scale = 0.0;
    moments(&mean, &variance, x, xs, k);
    const double r = 1.0 / sqrt(variance + UNET_BATCH_NORM_EPSILON);
    for (size_t i = 0; i < values; i++) {
      const size_t at = channel_at(xs, k, i);
      shift += (double)dy[at];
      scale += (double)dy[at] * ((double)x[at] - mean) * r;
    }
    dnorm[k] = (float)scale;
    dnorm[xs.c + k] = (float)shift;
    for (size_t i = 0; i < values; i++) {
      const size_t at = channel_at(xs, k, i);
      const double xhat = ((double)x[at] - mean) * r;
      dx[at] = (float)((double)norm[k] * r * ((double)dy[at] - shift / count - xhat * scale / count));
    }
  }
}
