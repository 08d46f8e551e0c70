/* CRC-32 (IEEE 802.3, as in PNG and zip): tells damage, not malice. */
#ifndef UNETCL_BASE_CHECKSUM_H
#define UNETCL_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of the bytes before, continued over these; 0 for none before. */
uint32_t unet_crc32(uint32_t before, const void *bytes, size_t size);

#endif
