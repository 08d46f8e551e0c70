#include "kernels/tuning_table.h"

#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic_file.h"
#include "base/cache_folder.h"
#include "base/checksum.h"
#include "base/path.h"
#include "device/source.h"

struct unet_tuning_table {
  json_t *nodes; /* key -> {"algorithm": name, "ms": {name: ms}} */
};

static unet_status no_memory(void) { return unet_fail(UNET_NO_RESOURCE, "out of memory: the tuning table"); }

bool unet_tuning_is_off(void) {
  const char *value = getenv("UNETCL_TUNING");
  return value && strcmp(value, "off") == 0;
}

/* --- where it lies ------------------------------------------------------------------------------------ */

/* The start of the device's name, for people: lower case, "-" for each run of other characters. */
static void readable_part(char out[33], const char *name) {
  size_t length = 0;
  for (; *name && length < 32; name++) {
    unsigned char c = (unsigned char)*name;
    if (c < 128 && isalnum(c)) {
      out[length++] = (char)tolower(c);
    } else if (length > 0 && out[length - 1] != '-') {
      out[length++] = '-';
    }
  }
  out[length] = '\0';
}

/* *name = the readable part, and a checksum of all that a table must agree with. */
static unet_status file_name(char **name, const unet_device_info *device) {
  char readable[33], *all = NULL;
  UNET_TRY(unet_format_text(&all, "%s\n%s\n%s\n%s\n%08x", device->name, device->platform_name,
                            device->driver_version, unet_version(), unet_cl_sources_checksum()));
  uint32_t checksum = unet_crc32(0, all, strlen(all));
  free(all);
  readable_part(readable, device->name);
  return unet_format_text(name, "%s-%08x.json", readable, checksum);
}

unet_status unet_tuning_path(char **path, const unet_device_info *device) {
  char *folder = NULL, *name = NULL;
  unet_status status = UNET_OK;
  *path = NULL;
  UNET_TRY_GOTO(done, unet_cache_folder(&folder));
  if (!folder) goto done;
  UNET_TRY_GOTO(done, file_name(&name, device));
  status = unet_path_join(path, folder, name);
done:
  free(folder);
  free(name);
  return status;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static bool is_text(const json_t *root, const char *name, const char *wanted) {
  const char *text = json_string_value(json_object_get(root, name));
  return text && strcmp(text, wanted) == 0;
}

/* The checksum of the kernels that were measured. */
static void write_kernels(char out[9]) { snprintf(out, 9, "%08x", unet_cl_sources_checksum()); }

static bool holds_for(const json_t *root, const unet_device_info *device) {
  char kernels[9];
  write_kernels(kernels);
  return is_text(root, "device", device->name) && is_text(root, "platform", device->platform_name) &&
         is_text(root, "driver", device->driver_version) && is_text(root, "unetcl", unet_version()) &&
         is_text(root, "kernels", kernels);
}

/* The nodes of a file that holds for the device; NULL for anything else. */
static json_t *read_nodes(const char *path, const unet_device_info *device) {
  char *text = NULL;
  size_t size = 0;
  if (!unet_path_exists(path) || unet_read_file(&text, &size, path) != UNET_OK) return NULL;
  json_t *root = json_loadb(text, size, 0, NULL);
  free(text);
  json_t *nodes = json_object_get(root, "nodes");
  nodes = json_is_object(nodes) && holds_for(root, device) ? json_incref(nodes) : NULL;
  json_decref(root);
  return nodes;
}

unet_tuning_table *unet_tuning_load(const unet_device_info *device) {
  char *path = NULL;
  unet_tuning_table *table = NULL;
  if (unet_tuning_is_off() || unet_tuning_path(&path, device) != UNET_OK || !path) return NULL;
  json_t *nodes = read_nodes(path, device);
  free(path);
  if (!nodes) return NULL;
  if (unet_alloc_array((void *)&table, 1, sizeof *table) != UNET_OK) {
    json_decref(nodes);
    return NULL;
  }
  table->nodes = nodes;
  return table;
}

const char *unet_tuning_find(const unet_tuning_table *table, const char *key) {
  return json_string_value(json_object_get(json_object_get(table->nodes, key), "algorithm"));
}

/* --- filling ------------------------------------------------------------------------------------------ */

unet_status unet_tuning_create(unet_tuning_table **out) {
  unet_tuning_table *table = NULL;
  UNET_TRY(unet_alloc_array((void *)&table, 1, sizeof *table));
  table->nodes = json_object();
  if (!table->nodes) {
    free(table);
    return no_memory();
  }
  *out = table;
  return UNET_OK;
}

void unet_tuning_destroy(unet_tuning_table *table) {
  if (!table) return;
  json_decref(table->nodes);
  free(table);
}

/* The times are for the curious: only the algorithm is read. */
unet_status unet_tuning_add(unet_tuning_table *table, const unet_tuned_node *node) {
  json_t *ms = json_object();
  for (size_t i = 0; i < node->n_candidates; i++) {
    const unet_candidate *candidate = &node->candidates[i];
    if (candidate->state != UNET_CANDIDATE_TIMED) continue;
    if (json_object_set_new(ms, candidate->algorithm, json_real(candidate->ms)) == 0) continue;
    json_decref(ms);
    return no_memory();
  }
  json_t *entry = json_pack("{s:s, s:o}", "algorithm", node->candidates[node->winner].algorithm, "ms", ms);
  return json_object_set_new(table->nodes, node->key, entry) == 0 ? UNET_OK : no_memory();
}

/* --- writing ------------------------------------------------------------------------------------------ */

static unet_status folder_of(char **folder, const char *path) {
  return unet_format_text(folder, "%.*s", (int)(unet_path_name(path) - path), path);
}

unet_status unet_tuning_prepare(const char *path) {
  char *folder = NULL;
  unet_atomic_file *file = NULL;
  UNET_TRY(folder_of(&folder, path));
  unet_status status = unet_make_folders(folder);
  free(folder);
  if (status == UNET_OK) status = unet_atomic_open(&file, path);
  if (status == UNET_OK) unet_atomic_abandon(file);
  return status;
}

/* Locks the table's folder, so that two that add entries at once do not lose each other's. A file system
 * without locks is no reason to fail: the table is whole in any case. -1: none; closing it unlocks. */
static int lock_folder_of(const char *path) {
  char *folder = NULL;
  if (folder_of(&folder, path) != UNET_OK) return -1;
  int handle = open(folder, O_RDONLY | O_CLOEXEC);
  free(folder);
  if (handle >= 0) (void)flock(handle, LOCK_EX);
  return handle;
}

/* The text of the file with these entries and its old ones; NULL: out of memory. */
static char *merged_text(const unet_tuning_table *table, const unet_device_info *device, const char *path) {
  json_t *nodes = read_nodes(path, device);
  if (!nodes) nodes = json_object();
  if (json_object_update(nodes, table->nodes) != 0) {
    json_decref(nodes);
    return NULL;
  }
  char kernels[9];
  write_kernels(kernels);
  json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "device", device->name, "platform",
                           device->platform_name, "driver", device->driver_version, "unetcl", unet_version(),
                           "kernels", kernels, "nodes", nodes);
  char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(4)) : NULL;
  json_decref(root);
  return text;
}

unet_status unet_tuning_save(const unet_tuning_table *table, const unet_device_info *device,
                             const char *path) {
  int lock = lock_folder_of(path);
  char *text = merged_text(table, device, path);
  unet_status status = text ? unet_write_file(path, text, strlen(text)) : no_memory();
  free(text);
  if (lock >= 0) close(lock);
  return status;
}
