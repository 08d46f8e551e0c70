/* The device that tests run on: opened inside each test's own process. */
#ifndef UNETCL_TESTS_DEVICE_FIXTURE_H
#define UNETCL_TESTS_DEVICE_FIXTURE_H

#include "check_main.h"
#include "device/device.h"

/* Open while a test of a device case runs: the default device, or what UNETCL_PLATFORM and UNETCL_DEVICE say.
 */
extern unet_device *test_device;

/* A case whose tests have test_device. Without any device the program ends here with exit code 77, which
 * counts as skipped; where the environment variable CI is set the tests run and fail instead. */
TCase *unet_device_test_case(Suite *suite, const char *name, double seconds);

/* *buffer = a buffer that holds these floats; values NULL: zeros. */
cl_mem unet_test_buffer(const float *values, size_t count);

#endif
