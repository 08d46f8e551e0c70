/* Writes a report of synthetic parts, for tests/check_report.sh: make_report FILE COUNT SIZE masks|none
 * [BYTES]. The second picture's name is hostile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_case.h"

static unet_status add_hostile(unet_report *report, bool with_truth) {
  report_sample sample = {0};
  UNET_TRY(report_sample_make(&sample, 3, 64));
  const unet_report_image image = {.name = "</script><script>window.hacked = 1</script>\xff.png",
                                   .type = with_truth ? "<b>&amp;" : NULL,
                                   .picture = &sample.picture,
                                   .map = sample.map,
                                   .truth = with_truth ? sample.truth : NULL,
                                   .score = sample.score};
  unet_status status = unet_report_add_image(report, &image);
  report_sample_free(&sample);
  return status;
}

static unet_status make(char **arguments, size_t max_bytes) {
  const bool with_truth = strcmp(arguments[4], "masks") == 0;
  const unet_report_options options = {.title = "runs/nut/best.safetensors",
                                       .threshold = 0.37f,
                                       .has_truth = with_truth,
                                       .max_bytes = max_bytes};
  unet_report *report = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_report_create(&report, &options));
  if (with_truth) UNET_TRY_GOTO(done, report_add_everything(report));
  unet_report_expect(report, strtoul(arguments[2], NULL, 10));
  UNET_TRY_GOTO(done, report_add_samples(report, strtoul(arguments[2], NULL, 10),
                                         strtoul(arguments[3], NULL, 10), with_truth));
  if (getenv("HOSTILE")) UNET_TRY_GOTO(done, add_hostile(report, with_truth));
  UNET_TRY_GOTO(done, unet_report_write(report, arguments[1]));
done:
  unet_report_destroy(report);
  return status;
}

int main(int count, char **arguments) {
  if (count < 5) {
    (void)fputs("usage: make_report FILE COUNT SIZE masks|none [BYTES]\n", stderr);
    return UNET_USAGE;
  }
  const unet_status status = make(arguments, count > 5 ? strtoul(arguments[5], NULL, 10) : 0);
  if (status != UNET_OK) (void)fprintf(stderr, "make_report: %s\n", unet_last_error());
  return (int)status;
}
