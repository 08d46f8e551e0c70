/* y[i] = factor * x[i] + BIAS at axes (x, y, z) of a W x H x D box; for check_device.c. */
#ifndef BIAS
#define BIAS 0.0f
#endif

__kernel void scale(__global const float *restrict x, __global float *restrict y, float factor) {
  const size_t i =
      (get_global_id(2) * get_global_size(1) + get_global_id(1)) * get_global_size(0) + get_global_id(0);
  y[i] = factor * x[i] + BIAS;
}
