#include "device/binary_file.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checksum.h"

/* What a file begins with; then the key with its final 0, then the binary. */
typedef struct binary_header {
  char magic[12];
  uint32_t checksum; /* of all that follows the header */
  uint64_t key_size;
} binary_header;

static const char magic[12] = "unetclbin 1";

unet_status unet_binary_pack(char **bytes, size_t *size, const char *key, const void *binary,
                             size_t binary_size) {
  size_t key_size = strlen(key) + 1, all = 0;
  char *content = NULL;
  UNET_TRY(unet_add_sizes(&all, sizeof(binary_header) + key_size, binary_size));
  UNET_TRY(unet_alloc_array((void *)&content, all, 1));
  char *rest = content + sizeof(binary_header);
  memcpy(rest, key, key_size);
  memcpy(rest + key_size, binary, binary_size);
  binary_header header = {.checksum = unet_crc32(0, rest, key_size + binary_size), .key_size = key_size};
  memcpy(header.magic, magic, sizeof magic);
  memcpy(content, &header, sizeof header);
  *bytes = content;
  *size = all;
  return UNET_OK;
}

bool unet_binary_unpack(const unsigned char **binary, size_t *binary_size, const char *bytes, size_t size,
                        const char *key) {
  binary_header header;
  if (size < sizeof header) return false;
  memcpy(&header, bytes, sizeof header);
  const char *rest = bytes + sizeof header;
  size_t rest_size = size - sizeof header, key_size = strlen(key) + 1;
  if (memcmp(header.magic, magic, sizeof magic) != 0 || header.key_size != key_size || key_size >= rest_size)
    return false;
  if (memcmp(rest, key, key_size) != 0 || header.checksum != unet_crc32(0, rest, rest_size)) return false;
  *binary = (const unsigned char *)rest + key_size;
  *binary_size = rest_size - key_size;
  return true;
}
