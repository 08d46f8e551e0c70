#include "model/safetensors_checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 16 };
static const char key[] = "checksum";

/* The header must hold no checksum now. */
static bool compute(char text[TEXT_BYTES], const json_t *header, uint32_t data_crc) {
  char *canonical = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
  if (!canonical) return false;
  snprintf(text, TEXT_BYTES, "%08x", (unsigned)unet_crc32(data_crc, canonical, strlen(canonical)));
  free(canonical);
  return true;
}

unet_status unet_checksum_add(json_t *header, uint32_t data_crc) {
  char text[TEXT_BYTES];
  json_t *metadata = json_object_get(header, "__metadata__");
  (void)json_object_del(metadata, key); /* of an earlier file */
  if (!compute(text, header, data_crc) || json_object_set_new(metadata, key, json_string(text)) != 0)
    return unet_fail(UNET_NO_RESOURCE, "out of memory: a model file could not be made");
  return UNET_OK;
}

bool unet_checksum_fits(const json_t *header, uint32_t data_crc) {
  json_t *metadata = json_object_get(header, "__metadata__");
  json_t *stored = json_incref(json_object_get(metadata, key));
  if (!stored) return true;
  char text[TEXT_BYTES];
  (void)json_object_del(metadata, key);
  bool fits = compute(text, header, data_crc) && strcmp(text, json_string_value(stored)) == 0;
  json_decref(stored);
  return fits;
}
