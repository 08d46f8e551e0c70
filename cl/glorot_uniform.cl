/* Random numbers U(-limit, limit), the same bits on every device.
 *
 *   y[i] = limit * (word[i % 4] / 2^8 - 2^23) / 2^23,  word = Philox4x32-10 of counter (i / 4, 0, stream, 0)
 *
 * y: `count` dense floats from `offset` on. Axis 0: Philox blocks of four numbers, any local size. The
 * integer and the scaled limit are exact floats, so there is a single rounding and nothing that a compiler
 * may contract. */

#include "philox.cl"

__kernel
void glorot_uniform(__global float *restrict y, ulong offset, ulong count, float limit, uint key_low,
                    uint key_high, uint stream) {
  const ulong block = get_global_id(0), first = 4 * block;
  if (first >= count) return;
  uint words[4] = {(uint)block, (uint)(block >> 32), stream, 0};
  philox(words, (uint2)(key_low, key_high));
  const int4 centred = convert_int4((uint4)(words[0], words[1], words[2], words[3]) >> 8) - 0x800000;
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
