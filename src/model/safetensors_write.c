#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic_file.h"
#include "model/safetensors.h"
#include "model/safetensors_checksum.h"

enum { ALIGNMENT = 8 }; /* of the data in the file, as the format's other writers keep it */

static unet_status no_memory(void) {
  return unet_fail(UNET_NO_RESOURCE, "out of memory: a model file could not be made");
}

static json_t *make_entry(const unet_stored_tensor *tensor, size_t begin) {
  json_t *shape = json_array();
  int failed = 0;
  for (size_t i = 0; i < tensor->rank; i++)
    failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i]));
  json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                            (json_int_t)begin, (json_int_t)(begin + tensor->count * sizeof(float)));
  if (failed) {
    json_decref(entry);
    return NULL;
  }
  return entry;
}

/* *out = the header; *data_crc = the checksum of the tensors' bytes. */
static unet_status make_header(json_t **out, json_t *metadata, const unet_stored_tensor *tensors,
                               size_t count) {
  json_t *header = json_object();
  int failed = json_object_set_new(header, "__metadata__", json_copy(metadata));
  size_t begin = 0;
  uint32_t data_crc = 0;
  for (size_t i = 0; i < count; i++) {
    failed |= json_object_set_new(header, tensors[i].name, make_entry(&tensors[i], begin));
    begin += tensors[i].count * sizeof(float);
    data_crc = unet_crc32(data_crc, tensors[i].values, tensors[i].count * sizeof(float));
  }
  unet_status status = failed ? no_memory() : unet_checksum_add(header, data_crc);
  if (status != UNET_OK) {
    json_decref(header);
    return status;
  }
  *out = header;
  return UNET_OK;
}

static void write_all(FILE *stream, const char *header, const unet_stored_tensor *tensors, size_t count) {
  size_t length = strlen(header);
  size_t padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
  uint64_t stored = length + padding;
  fwrite(&stored, sizeof stored, 1, stream);
  fprintf(stream, "%s%*s", header, (int)padding, "");
  for (size_t i = 0; i < count; i++) fwrite(tensors[i].values, sizeof(float), tensors[i].count, stream);
}

unet_status unet_safetensors_write(const char *path, json_t *metadata, const unet_stored_tensor *tensors,
                                   size_t count) {
  json_t *header = NULL;
  UNET_TRY(make_header(&header, metadata, tensors, count));
  char *text = json_dumps(header, JSON_COMPACT);
  json_decref(header);
  if (!text) return no_memory();
  unet_atomic_file *file = NULL;
  unet_status status = unet_atomic_open(&file, path);
  if (status == UNET_OK) {
    write_all(unet_atomic_stream(file), text, tensors, count);
    status = unet_atomic_commit(file);
  }
  free(text);
  return status;
}
