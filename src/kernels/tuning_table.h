/* The tuning table of a device: the fastest algorithm for each node that was measured there. A JSON file in
 * the user's cache folder,
 *
 *   $XDG_CACHE_HOME/unetcl/<device>-<checksum>.json, else ~/.cache/unetcl/...
 *   {"device": ..., "platform": ..., "driver": ..., "unetcl": ..., "kernels": ...,
 *    "nodes": {"conv2d n8 16->16 128x128 k3 elu": {"algorithm": "vector", "ms": {"vector": 0.91, ...}}}}
 *
 * that holds for this device, platform, driver, version of unetcl and checksum of the OpenCL sources only. */
#ifndef UNETCL_KERNELS_TUNING_TABLE_H
#define UNETCL_KERNELS_TUNING_TABLE_H

#include "unetcl/device.h"
#include "unetcl/tune.h"

typedef struct unet_tuning_table unet_tuning_table;

/* Whether UNETCL_TUNING=off asks for the rules alone. */
bool unet_tuning_is_off(void);

/* *path = where the device's table lies, whether it is there or not; NULL where the environment names no
 * cache folder. The caller frees it. */
unet_status unet_tuning_path(char **path, const unet_device_info *device);

/* The device's table, or NULL: without one that holds for it and can be read, and where tuning is off. A
 * table is an offer, so nothing here is an error. */
unet_tuning_table *unet_tuning_load(const unet_device_info *device);

/* The algorithm's name for a node; NULL where the table has none. Valid as long as the table. */
const char *unet_tuning_find(const unet_tuning_table *table, const char *key);

/* An empty table, to be filled. */
unet_status unet_tuning_create(unet_tuning_table **out);
unet_status unet_tuning_add(unet_tuning_table *table, const unet_tuned_node *node);

/* Makes the folder of `path` and sees whether it can be written. */
unet_status unet_tuning_prepare(const char *path);
/* Adds the entries to those of the file, where it holds for the device, else to none, and writes it beside
 * and renames. A process that saves at the same time waits. */
unet_status unet_tuning_save(const unet_tuning_table *table, const unet_device_info *device,
                             const char *path);

void unet_tuning_destroy(unet_tuning_table *table); /* NULL is fine */

#endif
