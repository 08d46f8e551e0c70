/* The four sums of the segmentation loss, and its gradient, from logits z and targets y, p = sigmoid(z),
 * pt = y ? p : 1 - p.
 *
 *   segmentation_loss_parts  parts[g] = sums over a chunk of [(1 - pt)^gamma bce, y p, y, p],
 *                            bce = max(z,0) - z y + log(1 + exp(-|z|))
 *   segmentation_loss_sum    sums = parts[0] + parts[1] + ...   in this order
 *   segmentation_loss_grad   dz = pixel_scale d - region (2 y D - I (2 alpha + 2 (1 - alpha - beta) y)) / D^2
 * p (1 - p), d = p - y, or with FOCAL (p - y) (1 - pt)^(gamma - 1) (1 - pt + gamma pt bce), I = 2 TP + 1, D =
 * 2 TP + 2 alpha FP + 2 beta FN + 1, pixel_scale = pixel / (N H W)
 *
 * z, y, dz (N,1,H,W) in planes. Axis 0: groups of LS work-items, each group takes a chunk of `chunk`
 * positions (a multiple of LS * VW); axis 1: images. With e = exp(-|z|) nothing overflows: p = 1/(1+e) or
 * e/(1+e). */

#ifndef FOCAL
#define FOCAL 0 /* 1: gamma is not 0 */
#endif

typedef struct loss_terms {
  floatv bce, p, slope; /* slope = p (1 - p) */
} loss_terms;

INLINE void set_terms(loss_terms *t, floatv z, floatv y) {
  const floatv e = exp(-fabs(z)), r = 1.0f / (1.0f + e);
  t->p = z >= 0.0f ? r : e * r;
  t->slope = e * r * r;
  t->bce = (z > 0.0f ? z : z * 0.0f) - z * y + log1p(e); /* z * 0 keeps a NaN */
}

#if FOCAL
/* 1 - pt, the same way from either side, so that it keeps its digits where pt is near 1. */
INLINE floatv miss(const loss_terms *t, floatv y) { return fabs(y - t->p); }
#endif

INLINE floatv pixel_loss(const loss_terms *t, floatv y, float gamma) {
#if FOCAL
  return pow(miss(t, y), (floatv)(gamma)) * t->bce;
#else
  return t->bce;
#endif
}

/* Its derivative by z. */
INLINE floatv pixel_slope(const loss_terms *t, floatv y, float gamma) {
#if FOCAL
  const floatv s = miss(t, y), slope = pow(s, (floatv)(gamma)) * (s + gamma * (1.0f - s) * t->bce);
  return t->p > y ? slope : -slope;
#else
  return t->p - y;
#endif
}

KERNEL void segmentation_loss_parts(__global const float *restrict z, ulong z_offset, int z_n_stride,
                                    __global const float *restrict y, ulong y_offset, int y_n_stride,
                                    __global float *restrict parts, ulong parts_offset, int H, int S,
                                    int chunk, float gamma) {
  ALONE_IN_GROUP;
  z += z_offset + get_global_id(1) * (ulong)z_n_stride;
  y += y_offset + get_global_id(1) * (ulong)y_n_stride;
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, H * S),
            lane = (int)get_local_id(0);
  floatv sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
  for (int p = begin + lane * VW; p < end; p += LS * VW) {
    const intv mask = interior(p, S, H * S);
    const floatv truth = keep(LOADV(y + p), mask);
    loss_terms t;
    set_terms(&t, keep(LOADV(z + p), mask), truth);
    sums[0] += keep(pixel_loss(&t, truth, gamma), mask);
    sums[1] += truth * t.p;
    sums[2] += truth;
    sums[3] += keep(t.p, mask);
  }
  parts += parts_offset + (get_global_id(1) * get_num_groups(0) + get_group_id(0)) * 4;
#if LS == 1
  for (int k = 0; k < 4; ++k) parts[k] = SUMV(sums[k]);
#else
  __local float shared[4][LS];
  for (int k = 0; k < 4; ++k) shared[k][lane] = SUMV(sums[k]);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane >= 4) return;
  float total = 0.0f;
  for (int j = 0; j < LS; ++j) total += shared[lane][j];
  parts[lane] = total;
#endif
}

/* One work-item. Compensated (Kahan), so that the number of parts costs no digits. */
LONE_KERNEL void segmentation_loss_sum(__global const float *restrict parts, ulong parts_offset, int count,
                                       __global float *restrict sums, ulong sums_offset) {
  float4 total = 0.0f, lost = 0.0f;
  for (int i = 0; i < count; ++i) {
    const float4 term = vload4(i, parts + parts_offset) - lost, next = total + term;
    lost = (next - total) - term;
    total = next;
  }
  vstore4(total, 0, sums + sums_offset);
}

KERNEL void segmentation_loss_grad(__global const float *restrict z, ulong z_offset, int z_n_stride,
                                   __global const float *restrict y, ulong y_offset, int y_n_stride,
                                   __global const float *restrict sums, ulong sums_offset,
                                   __global float *restrict dz, ulong dz_offset, int dz_n_stride, int H,
                                   int S, int PS, int chunk, float pixel_scale, float region, float gamma,
                                   float alpha, float beta) {
  ALONE_IN_GROUP;
  z += z_offset + get_global_id(1) * (ulong)z_n_stride;
  y += y_offset + get_global_id(1) * (ulong)y_n_stride;
  dz += dz_offset + get_global_id(1) * (ulong)dz_n_stride;
  if (get_global_id(0) == 0) write_lead(dz, S);
  const float4 s = vload4(0, sums + sums_offset);
  const float overlap = 2.0f * (1.0f - alpha - beta);
  const float D = (2.0f * beta * s.z + 2.0f * alpha * s.w) + overlap * s.y + 1.0f, I = 2.0f * s.y + 1.0f;
  const float region_scale = region / D, share = I / D;
  const int begin = (int)get_group_id(0) * chunk, end = min(begin + chunk, PS);
  for (int p = begin + (int)get_local_id(0) * VW; p < end; p += LS * VW) {
    const intv mask = interior(p, S, H * S);
    const floatv truth = keep(LOADV(y + p), mask);
    loss_terms t;
    set_terms(&t, keep(LOADV(z + p), mask), truth);
    const floatv gradient =
        pixel_scale * pixel_slope(&t, truth, gamma) -
        region_scale * (2.0f * truth - share * (2.0f * alpha + overlap * truth)) * t.slope;
    STOREV(keep(gradient, mask), dz + p);
  }
}
