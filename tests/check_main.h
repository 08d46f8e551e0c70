/* The main program that all Check programs share: each defines unet_test_suite(). */
#ifndef UNETCL_TESTS_CHECK_MAIN_H
#define UNETCL_TESTS_CHECK_MAIN_H

#include <check.h>

#include "unetcl/status.h"

/* The suite of this program; defined by each check_<module>.c. */
Suite *unet_test_suite(void);

/* A case with a time limit in seconds (Check's own default of 4 is too short where kernels compile). */
TCase *unet_test_case(Suite *suite, const char *name, double seconds);

/* *path = a fresh empty folder for this test, removed with all it holds by unet_remove_folder. */
void unet_make_test_folder(char path[256]);
void unet_remove_folder(const char *path);

/* The call must succeed; prints its message otherwise. */
#define ck_unet_ok(call)                                                                             \
  do {                                                                                               \
    unet_status ck_status_ = (call);                                                                 \
    ck_assert_msg(ck_status_ == UNET_OK, "%s: status %d: %s", #call, ck_status_, unet_last_error()); \
  } while (0)

/* The call must fail with this status and a message that holds this text. */
#define ck_unet_fails(call, wanted, part)                                                                \
  do {                                                                                                   \
    unet_status ck_status_ = (call);                                                                     \
    ck_assert_msg(ck_status_ == (wanted), "%s: status %d, not %d: %s", #call, ck_status_, (int)(wanted), \
                  unet_last_error());                                                                    \
    ck_assert_msg(strstr(unet_last_error(), (part)) != NULL, "%s: the message lacks \"%s\": %s", #call,  \
                  (part), unet_last_error());                                                            \
  } while (0)

#endif
