/* Which device a wish means. Plain arithmetic on a list: no OpenCL. */
#ifndef UNETCL_DEVICE_CHOOSE_H
#define UNETCL_DEVICE_CHOOSE_H

#include "base/error.h"
#include "unetcl/device.h"

/* *chosen = the index in `list` (count > 0) of the device that `platform` and `device` mean: an index or a
 * part of the name, NULL or "" for no wish. A device index counts within the platform where one is given,
 * else through the list. Of what is left the first GPU, else the first accelerator, else the first CPU.
 * UNET_NO_DEVICE when a wish fits none or a name fits several; the message lists them. */
unet_status unet_device_choose(size_t *chosen, const unet_device_info *list, size_t count,
                               const char *platform, const char *device);

#endif
