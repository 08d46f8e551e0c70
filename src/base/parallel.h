/* Work on all cores of the host. */
#ifndef UNETCL_BASE_PARALLEL_H
#define UNETCL_BASE_PARALLEL_H

#include <stddef.h>

#include "base/error.h"

/* One piece of work. Failures are recorded in the thread that runs it. */
typedef unet_status (*unet_task)(void *user, size_t index);

/* Runs task(user, 0 .. count-1) on all cores, in no fixed order, and waits. When tasks fail, the one
 * of lowest index decides: its status is returned, its message and details are the caller's last error. All
 * tasks run in any case. Where no thread can be started, the caller's thread does the work. */
unet_status unet_parallel_for(size_t count, unet_task task, void *user);

#endif
