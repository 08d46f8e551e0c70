/* Max pooling of 2x2 windows and its gradient.
 *
 *   maxpool       y[c,i,j] = max over a,b in {0,1} of x[c,2i+a,2j+b]
 *   maxpool_grad  dx[c,2i+a,2j+b] = x[c,2i+a,2j+b] is the first maximum of its window ? dy[c,i,j] : 0,
 *                 then + addend where `use_addend` is set, then times the ELU derivative of x where `elu` is
 *                 set
 *
 * x, dx, addend (N,C,2H,2W), y, dy (N,C,H,W) in planes; H, S, PS are those of the small side, XS, XPS of the
 * large one. Axis 0: LS work-items along a row; axis 1: blocks of `rows` rows of the small side; axis 2: the
 * N * C planes. */

#include "pool_row.cl"

/* Where plane g = n * C + c lies. */
INLINE ulong plane_at(ulong offset, int n_stride, int PS, int C) {
  const int g = (int)get_global_id(2);
  return offset + g / C * (ulong)n_stride + (ulong)(g % C) * PS;
}

KERNEL void maxpool(__global const float *restrict x, ulong x_offset, int x_n_stride,
                    __global float *restrict y, ulong y_offset, int y_n_stride, int C, int H, int S, int PS,
                    int XS, int XPS, int rows) {
  ALONE_IN_GROUP;
  x += plane_at(x_offset, x_n_stride, XPS, C);
  y += plane_at(y_offset, y_n_stride, PS, C);
  const int i0 = (int)get_global_id(1) * rows, i1 = min(i0 + rows, H);
  for (int i = i0; i < i1; ++i) {
    __global const float *top = x + 2 * i * XS, *bottom = top + XS;
    pool_row(top, bottom, y + i * S, S - 1);
  }
  if (i0 == 0 && get_local_id(0) == 0 && get_global_id(2) == 0) write_lead(y, S);
  write_halo(y, i0, i1, H, S, PS);
}

/* One vector (or one value) of a row of the large side: what the pooling gives, the addend, the derivative.
 */
#define FINISH(routed, at, LOAD, DERIVATIVE) \
  ((routed) + (use_addend ? LOAD(addend + (at)) : 0.0f)) * (elu ? DERIVATIVE(LOAD(x + (at))) : 1.0f)
#define LOAD1(p) (*(p))
#define DERIVATIVE1(y) ((y) > 0.0f ? 1.0f : (y) + 1.0f)

/* Two rows of one window, value by value. */
INLINE void route1(__global const float *x, __global const float *dy, __global const float *addend,
                   __global float *dx, int XS, int use_addend, int elu) {
  const float m = max(max(x[0], x[1]), max(x[XS], x[XS + 1]));
  float left = *dy; /* until the first maximum took it */
  for (int k = 0; k < 4; ++k) {
    const int at = k / 2 * XS + k % 2;
    const float routed = x[at] == m ? left : 0.0f;
    if (x[at] == m) left = 0.0f;
    dx[at] = FINISH(routed, at, LOAD1, DERIVATIVE1);
  }
}

#if VW > 1
/* Interleaves two vectors and stores both, addend and derivative applied. */
#define STORE_PAIR(even_lanes, odd_lanes, at)                               \
  {                                                                         \
    floatv low, high;                                                       \
    low.even = (even_lanes).lo;                                             \
    low.odd = (odd_lanes).lo;                                               \
    high.even = (even_lanes).hi;                                            \
    high.odd = (odd_lanes).hi;                                              \
    STOREV(FINISH(low, at, LOADV, elu_derivative), dx + (at));              \
    STOREV(FINISH(high, (at) + VW, LOADV, elu_derivative), dx + (at) + VW); \
  }

/* The same for VW windows. */
INLINE void route(__global const float *x, __global const float *dy, __global const float *addend,
                  __global float *dx, int XS, int use_addend, int elu) {
  const floatv x0 = EVEN(x), x1 = ODD(x), x2 = EVEN(x + XS), x3 = ODD(x + XS), d = LOADV(dy);
  const floatv m = max(max(x0, x1), max(x2, x3)), zero = 0.0f;
  const intv is0 = x0 == m, is1 = (x1 == m) & ~is0, is2 = (x2 == m) & ~(is0 | is1);
  const intv is3 = (x3 == m) & ~(is0 | is1 | is2);
  const floatv d0 = is0 ? d : zero, d1 = is1 ? d : zero, d2 = is2 ? d : zero, d3 = is3 ? d : zero;
  STORE_PAIR(d0, d1, 0)
  STORE_PAIR(d2, d3, XS)
}
#else
#define route route1
#endif

KERNEL void maxpool_grad(__global const float *restrict x, ulong x_offset, int x_n_stride,
                         __global const float *restrict dy, ulong dy_offset, int dy_n_stride,
                         __global const float *addend, ulong addend_offset, int addend_n_stride,
                         __global float *dx, ulong dx_offset, int dx_n_stride, int C, int H, int S, int PS,
                         int XS, int XPS, int rows, int use_addend, int elu) {
  ALONE_IN_GROUP;
  x += plane_at(x_offset, x_n_stride, XPS, C);
  dy += plane_at(dy_offset, dy_n_stride, PS, C);
  addend += plane_at(addend_offset, addend_n_stride, XPS, C);
  dx += plane_at(dx_offset, dx_n_stride, XPS, C);
  const int i0 = (int)get_global_id(1) * rows, i1 = min(i0 + rows, H), W = S - 1;
  for (int i = i0; i < i1; ++i) {
    int j = (int)get_local_id(0) * VW;
    for (; j + VW <= W; j += LS * VW) {
      const int at = 2 * i * XS + 2 * j;
      route(x + at, dy + i * S + j, addend + at, dx + at, XS, use_addend, elu);
    }
    for (; j < W; ++j) {
      const int at = 2 * i * XS + 2 * j;
      route1(x + at, dy + i * S + j, addend + at, dx + at, XS, use_addend, elu);
    }
  }
  if (i0 == 0 && get_local_id(0) == 0 && get_global_id(2) == 0) write_lead(dx, XS);
  write_halo(dx, 2 * i0, 2 * i1, 2 * H, XS, XPS);
}
