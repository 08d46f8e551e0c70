/* The checksum that files written here carry in their metadata: CRC-32 of the tensors' bytes and then of the
 * header without the checksum, as compact JSON with sorted keys. So a flipped bit anywhere is found. */
#ifndef UNETCL_MODEL_SAFETENSORS_CHECKSUM_H
#define UNETCL_MODEL_SAFETENSORS_CHECKSUM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/checksum.h"
#include "base/error.h"

/* Puts the checksum into the header's metadata (an object). */
unet_status unet_checksum_add(json_t *header, uint32_t data_crc);

/* Whether the checksum fits; true without one. */
bool unet_checksum_fits(const json_t *header, uint32_t data_crc);

#endif
