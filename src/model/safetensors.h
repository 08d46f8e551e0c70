/* The safetensors format: an 8-byte little-endian length, a JSON header of that length
 *   {"__metadata__": {key: text}, name: {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, ...}
 * and the tensors' bytes, offsets counted from the end of the header. Only float32 here. */
#ifndef UNETCL_MODEL_SAFETENSORS_H
#define UNETCL_MODEL_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

enum { UNET_MAX_RANK = 8 };

typedef struct unet_stored_tensor {
  const char *name;
  size_t rank;
  size_t shape[UNET_MAX_RANK];
  size_t count; /* of floats */
  const float *values;
} unet_stored_tensor;

/* A file in memory. Starts zeroed; everything belongs to it until unet_safetensors_free. */
typedef struct unet_safetensors {
  json_t *header;
  float *data;
  unet_stored_tensor *tensors; /* in the order of their bytes */
  size_t count;
} unet_safetensors;

/* Reads a whole file. UNET_BAD_INPUT, naming the file, for any flaw: too short, a header that is no such
 * JSON, another dtype, a shape that does not fit its bytes, overlaps, gaps, bytes left over, and a checksum
 * (where the metadata holds one, as files written here do) that does not fit. */
unet_status unet_safetensors_read(unet_safetensors *out, const char *path);
void unet_safetensors_free(unet_safetensors *file);

/* NULL when there is none of this name. */
const unet_stored_tensor *unet_safetensors_find(const unet_safetensors *file, const char *name);
/* A text of the metadata, or NULL. */
const char *unet_safetensors_text(const unet_safetensors *file, const char *key);

/* Writes beside and renames. `metadata` is an object of texts; a checksum over everything is added to it in
 * the file. Names must differ. */
unet_status unet_safetensors_write(const char *path, json_t *metadata, const unet_stored_tensor *tensors,
                                   size_t count);

#endif
