/* Random numbers U(-limit, limit), the same bits on every device.
 *
 *   y[i] = limit * (word[i % 4] / 2^8 - 2^23) / 2^23,  word = Philox4x32-10 of counter (i / 4, 0, stream, 0)
 *
 * y: `count` dense floats from `offset` on. Axis 0: Philox blocks of four numbers, any local size. The integer
 * and the scaled limit are exact floats, so there is a single rounding and nothing that a compiler may contract.
 * Philox: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. */

INLINE uint4 philox(uint4 counter, uint2 key) {
  for (int round = 0; round < 10; ++round) {
    const uint high0 = mul_hi(0xD2511F53u, counter.x), low0 = 0xD2511F53u * counter.x;
    const uint high1 = mul_hi(0xCD9E8D57u, counter.z), low1 = 0xCD9E8D57u * counter.z;
    counter = (uint4)(high1 ^ counter.y ^ key.x, low1, high0 ^ counter.w ^ key.y, low0);
    key += (uint2)(0x9E3779B9u, 0xBB67AE85u);
  }
  return counter;
}

__kernel void glorot_uniform(__global float *restrict y, ulong offset, ulong count, float limit, uint key_low,
                             uint key_high, uint stream) {
  const ulong block = get_global_id(0), first = 4 * block;
  if (first >= count) return;
  const uint4 counter = (uint4)((uint)block, (uint)(block >> 32), stream, 0);
  const int4 centred = convert_int4(philox(counter, (uint2)(key_low, key_high)) >> 8) - 0x800000;
  const float4 value = convert_float4(centred) * (limit * 0x1p-23f);
  y += offset + first;
  if (first + 4 <= count) {
    vstore4(value, 0, y);
    return;
  }
  y[0] = value.x;
  if (first + 1 < count) y[1] = value.y;
  if (first + 2 < count) y[2] = value.z;
}
