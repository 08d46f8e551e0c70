/* The commands: each parses its arguments, calls the library and prints. argv[0] is the command's name. */
#ifndef UNETCL_CLI_COMMANDS_H
#define UNETCL_CLI_COMMANDS_H

#include "base/error.h"

unet_status unet_cmd_augment(int argc, char **argv);
unet_status unet_cmd_bench(int argc, char **argv);
unet_status unet_cmd_check(int argc, char **argv);
unet_status unet_cmd_crossval(int argc, char **argv);
unet_status unet_cmd_devices(int argc, char **argv);
unet_status unet_cmd_evaluate(int argc, char **argv);
unet_status unet_cmd_predict(int argc, char **argv);
unet_status unet_cmd_summary(int argc, char **argv);
unet_status unet_cmd_synth(int argc, char **argv);
unet_status unet_cmd_train(int argc, char **argv);
unet_status unet_cmd_tune(int argc, char **argv);

#endif
