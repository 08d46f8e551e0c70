/* unetcl COMMAND [OPTIONS]: finds the command, runs it, and tells of failures in one line. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/nearest.h"

static const struct command {
  const char *name;
  unet_status (*run)(int argc, char **argv);
  const char *summary;
} commands[] = {
    {"devices", unet_cmd_devices, "list OpenCL platforms and devices"},
    {"synth", unet_cmd_synth, "write a synthetic data set of metal nuts with defects"},
    {"check", unet_cmd_check, "read a data set as training would and list every problem"},
    {"augment", unet_cmd_augment, "show what a network sees of a picture in training"},
    {"train", unet_cmd_train, "train a U-Net on pictures with masks"},
    {"crossval", unet_cmd_crossval, "train on parts of the pictures, measure on the others, in turn"},
    {"evaluate", unet_cmd_evaluate, "measure a model on labelled pictures"},
    {"predict", unet_cmd_predict, "mark defects in pictures"},
    {"summary", unet_cmd_summary, "print the layers, parameters and memory of a network"},
    {"bench", unet_cmd_bench, "measure speed and the share of the device's peak"},
    {"tune", unet_cmd_tune, "find the fastest algorithms for a network on a device"}};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void) {
  printf(
      "usage: unetcl COMMAND [OPTIONS]\n\n"
      "Trains, evaluates and runs a U-Net that marks defects in pictures, on any OpenCL "
      "device.\n\ncommands:\n");
  for (size_t i = 0; i < COMMANDS; i++) printf("  %-10s %s\n", commands[i].name, commands[i].summary);
  printf(
      "\nunetcl COMMAND --help tells what a command takes; unetcl --version prints the version.\n"
      "\nenvironment:\n"
      "  UNETCL_PLATFORM, UNETCL_DEVICE   what --platform and --device default to\n"
      "  UNETCL_TUNING=off                leave the device's tuning table aside (see unetcl tune)\n"
      "  UNETCL_CL_DIR                    folder to read OpenCL sources from instead of the built-in ones\n"
      "\nexit codes: 0 done, 1 internal error, 2 wrong usage, 3 bad input, 4 no usable device,\n"
      "            5 out of memory or disk, 130 interrupted\n");
}

static unet_status unknown_command(const char *name) {
  const char *nearest = NULL;
  for (size_t i = 0; i < COMMANDS; i++)
    nearest = unet_nearer_name(name, strlen(name), nearest, commands[i].name);
  if (nearest) return unet_fail(UNET_USAGE, "unknown command '%s'; did you mean %s", name, nearest);
  return unet_fail(UNET_USAGE, "unknown command '%s'; see unetcl --help", name);
}

static unet_status run_command(int argc, char **argv) {
  if (argc < 2) return unet_fail(UNET_USAGE, "a command is missing; see unetcl --help");
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    print_help();
    return UNET_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("unetcl %s\n", unet_version());
    return UNET_OK;
  }
  for (size_t i = 0; i < COMMANDS; i++) {
    if (strcmp(argv[1], commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
  }
  return unknown_command(argv[1]);
}

/* A pipe that nobody reads any more; what went wrong first may have been told to errno long ago. */
static bool is_closed_by_reader(void) {
  struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

static unet_status output_failed(int error) {
  if (is_closed_by_reader())
    return unet_fail(UNET_NO_RESOURCE,
                     "standard output was closed by its reader; let it read to the end, or write to a file");
  return unet_fail(UNET_NO_RESOURCE,
                   "standard output cannot be written (%s); free space or redirect it elsewhere",
                   strerror(error));
}

/* All kernels say how large their groups are, so PoCL gains nothing from compiling them anew for the size of
 * a launch; and without that its programs can be kept as binaries, which it starts from in a third of the
 * time. */
static void configure_pocl(void) { (void)setenv("POCL_WORK_GROUP_SPECIALIZATION", "0", 0); }

int main(int argc, char **argv) {
  configure_pocl();
  signal(SIGPIPE, SIG_IGN); /* a reader that left is found when the output is flushed */
  unet_status status = run_command(argc, argv);
  if ((fflush(stdout) != 0 || ferror(stdout)) && status == UNET_OK) {
    status = output_failed(errno);
  }
  if (status != UNET_OK) {
    if (*unet_last_error_details()) fprintf(stderr, "%s\n", unet_last_error_details());
    fprintf(stderr, "unetcl: error: %s\n", unet_last_error());
  }
  return (int)status;
}
