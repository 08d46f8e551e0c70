/* Setting the thread's error message. A message is set once, where the failure happens; callers pass
 * the status on untouched. */
#ifndef UNETCL_BASE_ERROR_H
#define UNETCL_BASE_ERROR_H

#include "unetcl/status.h"

/* Records the message (one line, no final dot: what, where, what to do), clears the details and
 * returns `status`. */
unet_status unet_fail(unet_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Attaches details of any length to the failure just recorded. The text is copied; where there is no
 * memory for it, it is dropped. */
void unet_fail_details(const char *text);

/* The details of the thread's last failure, now the caller's, who frees them; NULL: none. Nobody frees
 * those of a thread that ends. */
char *unet_take_details(void);

/* Passes a failure on. */
#define UNET_TRY(expression)                    \
  do {                                          \
    unet_status unet_try_ = (expression);       \
    if (unet_try_ != UNET_OK) return unet_try_; \
  } while (0)

/* Passes a failure on through the function's exit label; needs a local `status`. */
#define UNET_TRY_GOTO(label, expression) \
  do {                                   \
    status = (expression);               \
    if (status != UNET_OK) goto label;   \
  } while (0)

#endif
