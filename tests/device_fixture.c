#include "device_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77 };

unet_device *test_device;

static void open_test_device(void) { ck_unet_ok(unet_device_open(&test_device, NULL, NULL)); }

static void close_test_device(void) {
  unet_device_close(test_device);
  test_device = NULL;
}

/* Asks in a child: a process that has used OpenCL must not fork the tests. */
static int device_is_present(void) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    unet_device_info *list = NULL;
    size_t count = 0;
    unet_status status = unet_device_list(&list, &count);
    if (status != UNET_OK) fprintf(stderr, "skipped: %s\n", unet_last_error());
    free(list);
    _exit(status == UNET_OK ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int result = 0;
  return child > 0 && waitpid(child, &result, 0) == child && result == 0;
}

TCase *unet_device_test_case(Suite *suite, const char *name, double seconds) {
  if (!getenv("CI") && !device_is_present()) exit(EXIT_SKIPPED);
  TCase *test_case = unet_test_case(suite, name, seconds);
  tcase_add_checked_fixture(test_case, open_test_device, close_test_device);
  return test_case;
}

cl_mem unet_test_buffer(const float *values, size_t count) {
  cl_mem buffer = NULL;
  ck_unet_ok(unet_buffer_create(&buffer, test_device, count));
  if (values) ck_unet_ok(unet_buffer_write(test_device, buffer, 0, values, count));
  return buffer;
}
