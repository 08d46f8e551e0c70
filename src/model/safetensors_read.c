#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "model/safetensors.h"
#include "model/safetensors_checksum.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the format's floats are copied as they are");
_Static_assert(sizeof(float) == 4 && sizeof(size_t) == 8, "offsets of the format fit size_t");

enum { LENGTH_BYTES = 8, MAX_HEADER_BYTES = 100000000 };

typedef struct byte_range {
  size_t begin, end;
} byte_range;

static unet_status bad(const char *path, const char *what) {
  return unet_fail(UNET_BAD_INPUT, "%s: not a usable model file (%s); it may be damaged, get it anew", path,
                   what);
}

static unet_status bad_tensor(const char *path, const char *name, const char *what) {
  return unet_fail(UNET_BAD_INPUT,
                   "%s: not a usable model file (tensor %.64s: %s); it may be damaged, get it anew", path,
                   name, what);
}

/* A whole number that is not negative. */
static int read_size(size_t *out, const json_t *value) {
  if (!json_is_integer(value) || json_integer_value(value) < 0) return 0;
  *out = (size_t)json_integer_value(value);
  return 1;
}

static unet_status read_shape(unet_stored_tensor *tensor, const json_t *shape, const char *path) {
  tensor->rank = json_array_size(shape);
  if (!json_is_array(shape) || tensor->rank > UNET_MAX_RANK)
    return bad_tensor(path, tensor->name, "no proper shape");
  tensor->count = 1;
  for (size_t i = 0; i < tensor->rank; i++) {
    if (!read_size(&tensor->shape[i], json_array_get(shape, i)) ||
        __builtin_mul_overflow(tensor->count, tensor->shape[i], &tensor->count)) {
      return bad_tensor(path, tensor->name, "no proper shape");
    }
  }
  return UNET_OK;
}

static unet_status read_entry(unet_stored_tensor *tensor, byte_range *range, const char *name,
                              const json_t *entry, const char *path) {
  tensor->name = name;
  const json_t *offsets = json_object_get(entry, "data_offsets");
  if (!json_is_object(entry) || json_object_size(entry) != 3)
    return bad_tensor(path, name, "no proper entry");
  const char *dtype = json_string_value(json_object_get(entry, "dtype"));
  if (!dtype || strcmp(dtype, "F32") != 0) return bad_tensor(path, name, "its dtype is not F32");
  UNET_TRY(read_shape(tensor, json_object_get(entry, "shape"), path));
  if (json_array_size(offsets) != 2 || !read_size(&range->begin, json_array_get(offsets, 0)) ||
      !read_size(&range->end, json_array_get(offsets, 1)) || range->begin > range->end) {
    return bad_tensor(path, name, "no proper offsets");
  }
  size_t bytes = 0;
  if (__builtin_mul_overflow(tensor->count, sizeof(float), &bytes) || bytes != range->end - range->begin)
    return bad_tensor(path, name, "its shape does not fit its bytes");
  return UNET_OK;
}

static int compare_ranges(const void *a, const void *b) {
  const byte_range *first = a, *second = b;
  if (first->begin != second->begin) return first->begin < second->begin ? -1 : 1;
  return (first->end > second->end) - (first->end < second->end);
}

/* The ranges, in ascending order, must cover the data exactly: [0, bytes). */
static unet_status check_ranges(byte_range *ranges, size_t count, size_t bytes, const char *path) {
  if (count) qsort(ranges, count, sizeof *ranges, compare_ranges);
  size_t end = 0;
  for (size_t i = 0; i < count; i++) {
    if (ranges[i].begin != end) return bad(path, "its tensors overlap or leave gaps");
    end = ranges[i].end;
  }
  return end == bytes ? UNET_OK : bad(path, "its data is cut short or too long");
}

static unet_status check_metadata(json_t *metadata, const char *path) {
  if (!metadata) return UNET_OK;
  const char *key = NULL;
  json_t *value = NULL;
  if (!json_is_object(metadata)) return bad(path, "its metadata is no object");
  json_object_foreach(metadata, key, value) {
    if (!json_is_string(value)) return bad(path, "its metadata holds something else than texts");
  }
  return UNET_OK;
}

static unet_status read_entries(unet_safetensors *file, byte_range *ranges, size_t bytes, const char *path) {
  const char *name = NULL;
  json_t *entry = NULL;
  json_object_foreach(file->header, name, entry) {
    if (strcmp(name, "__metadata__") == 0) continue;
    unet_stored_tensor *tensor = &file->tensors[file->count];
    byte_range *range = &ranges[file->count];
    UNET_TRY(read_entry(tensor, range, name, entry, path));
    if (range->end > bytes) return bad_tensor(path, name, "its bytes lie beyond the end of the file");
    /* Sizes are multiples of 4 and there are no gaps, or check_ranges fails: begin is one too. */
    tensor->values = file->data + range->begin / sizeof(float);
    file->count++;
  }
  return check_ranges(ranges, file->count, bytes, path);
}

static unet_status parse_header(unet_safetensors *file, const char *text, size_t length, const char *path) {
  json_error_t error;
  file->header = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
  if (!json_is_object(file->header)) return bad(path, "its header is not a JSON object");
  return check_metadata(json_object_get(file->header, "__metadata__"), path);
}

static unet_status parse(unet_safetensors *file, const char *bytes, size_t size, const char *path) {
  uint64_t length = 0;
  if (size < LENGTH_BYTES) return bad(path, size ? "it is too short" : "it is empty");
  memcpy(&length, bytes, sizeof length);
  if (length > size - LENGTH_BYTES || length > MAX_HEADER_BYTES)
    return bad(path, "its header's length makes no sense");
  UNET_TRY(parse_header(file, bytes + LENGTH_BYTES, (size_t)length, path));
  const char *data = bytes + LENGTH_BYTES + length;
  size_t data_bytes = size - LENGTH_BYTES - (size_t)length;
  size_t entries = json_object_size(file->header);
  byte_range *ranges = NULL;
  UNET_TRY(unet_alloc_array((void *)&file->tensors, entries, sizeof *file->tensors));
  UNET_TRY(unet_alloc_array((void *)&file->data, data_bytes + sizeof(float), 1));
  memcpy(file->data, data, data_bytes);
  UNET_TRY(unet_alloc_array((void *)&ranges, entries, sizeof *ranges));
  unet_status status = read_entries(file, ranges, data_bytes, path);
  free(ranges);
  if (status == UNET_OK && !unet_checksum_fits(file->header, unet_crc32(0, data, data_bytes))) {
    status = unet_fail(UNET_BAD_INPUT,
                       "%s: its checksum does not fit: damaged, or changed by another program; get it anew, "
                       "or remove \"checksum\" from its metadata",
                       path);
  }
  return status;
}

unet_status unet_safetensors_read(unet_safetensors *out, const char *path) {
  char *bytes = NULL;
  size_t size = 0;
  UNET_TRY(unet_read_file(&bytes, &size, path));
  unet_safetensors file = {0};
  unet_status status = parse(&file, bytes, size, path);
  free(bytes);
  if (status != UNET_OK) {
    unet_safetensors_free(&file);
    return status;
  }
  *out = file;
  return UNET_OK;
}

void unet_safetensors_free(unet_safetensors *file) {
  json_decref(file->header);
  free(file->data);
  free(file->tensors);
  *file = (unet_safetensors){0};
}

const unet_stored_tensor *unet_safetensors_find(const unet_safetensors *file, const char *name) {
  for (size_t i = 0; i < file->count; i++) {
    if (strcmp(file->tensors[i].name, name) == 0) return &file->tensors[i];
  }
  return NULL;
}

const char *unet_safetensors_text(const unet_safetensors *file, const char *key) {
  return json_string_value(json_object_get(json_object_get(file->header, "__metadata__"), key));
}
