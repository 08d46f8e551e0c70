/* Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), the function of
 * src/base/rng.c, for VW counters at a time. */
#ifndef PHILOX_CL
#define PHILOX_CL

#if VW == 1
typedef uint uintv;
#define as_uintv as_uint
#else
typedef UNET_PASTE(uint, VW) uintv;
#define as_uintv UNET_PASTE(as_uint, VW)
#endif

/* words: the counter's four words; becomes four random ones. */
INLINE void philox(uintv words[4], uint2 key) {
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const uintv high0 = mul_hi((uintv)(0xD2511F53u), words[0]), low0 = 0xD2511F53u * words[0];
    const uintv high1 = mul_hi((uintv)(0xCD9E8D57u), words[2]), low1 = 0xCD9E8D57u * words[2];
    words[0] = high1 ^ words[1] ^ key.x;
    words[1] = low1;
    words[2] = high0 ^ words[3] ^ key.y;
    words[3] = low0;
    key += (uint2)(0x9E3779B9u, 0xBB67AE85u);
  }
}

#endif
