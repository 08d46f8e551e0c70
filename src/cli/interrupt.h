/* Ctrl-C and SIGTERM end a command in good order; a second one ends it at once. */
#ifndef UNETCL_CLI_INTERRUPT_H
#define UNETCL_CLI_INTERRUPT_H

#include <stdbool.h>

void unet_watch_interrupts(void);

/* Whether a signal came; `user` is ignored, so that it fits as a callback. */
bool unet_was_interrupted(void *user);

#endif
