/* Time that only goes forward. */
#ifndef UNETCL_BASE_CLOCK_H
#define UNETCL_BASE_CLOCK_H

/* Seconds since some moment in the past. */
double unet_clock_seconds(void);

#endif
