#define _XOPEN_SOURCE 700 /* nftw */
#include "check_main.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TCase *unet_test_case(Suite *suite, const char *name, double seconds) {
  TCase *test_case = tcase_create(name);
  tcase_set_timeout(test_case, seconds);
  suite_add_tcase(suite, test_case);
  return test_case;
}

void unet_make_test_folder(char path[256]) {
  const char *parent = getenv("TMPDIR");
  snprintf(path, 256, "%s/unetcl-test-XXXXXX", parent && *parent ? parent : "/tmp");
  ck_assert_msg(mkdtemp(path) != NULL, "no folder could be made: %s", path);
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where) {
  (void)info;
  (void)kind;
  (void)where;
  return remove(path);
}

void unet_remove_folder(const char *path) { nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

int main(void) {
  setenv("UNETCL_TUNING", "off", 1); /* the tables of whoever runs the tests decide nothing here */
  SRunner *runner = srunner_create(unet_test_suite());
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
