/* Matrix products through CLBlast, row-major. */
#ifndef UNETCL_DEVICE_GEMM_H
#define UNETCL_DEVICE_GEMM_H

#include "device/device.h"

/* A matrix in a buffer: element (r,c) is at offset + r * stride + c; `transposed` swaps r and c. */
typedef struct unet_matrix {
  cl_mem buffer;
  size_t offset, stride;
  int transposed;
} unet_matrix;

/* C (m,n) = alpha A (m,k) B (k,n) + beta C. C is not transposed. Nothing happens while preparing. */
unet_status unet_gemm(unet_device *device, size_t m, size_t n, size_t k, float alpha, const unet_matrix *a,
                      const unet_matrix *b, float beta, const unet_matrix *c);

#endif
