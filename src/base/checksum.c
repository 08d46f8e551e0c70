#include "base/checksum.h"

#include <pthread.h>

enum { SLICES = 4 };

/* table[k][b]: byte b, followed by k zero bytes. Four bytes are taken at a time. */
static uint32_t table[SLICES][256];

static void fill_table(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t word = b;
    for (int bit = 0; bit < 8; bit++) word = (word >> 1) ^ (word & 1 ? 0xEDB88320u : 0);
    table[0][b] = word;
  }
  for (int k = 1; k < SLICES; k++) {
    for (int b = 0; b < 256; b++) {
      uint32_t shorter = table[k - 1][b];
      table[k][b] = (shorter >> 8) ^ table[0][shorter & 255];
    }
  }
}

uint32_t unet_crc32(uint32_t before, const void *bytes, size_t size) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, fill_table);
  const uint8_t *next = bytes;
  uint32_t crc = ~before;
  for (; size >= SLICES; size -= SLICES, next += SLICES) {
    crc ^= (uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 | (uint32_t)next[3] << 24;
    crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
  }
  for (; size > 0; size--, next++) crc = (crc >> 8) ^ table[0][(crc ^ *next) & 255];
  return ~crc;
}
