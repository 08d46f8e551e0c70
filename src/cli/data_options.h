/* The options that say where the pictures are; the same for every command that reads a data set. */
#ifndef UNETCL_CLI_DATA_OPTIONS_H
#define UNETCL_CLI_DATA_OPTIONS_H

#include "cli/options.h"
#include "unetcl/dataset.h"

#define UNET_DATA_OPTIONS(data_options)                                                                        \
  {"data", UNET_OPTION_TEXT, &(data_options).data, "DIR", "folder in the MVTec AD layout", 0, 0},              \
      {"category", UNET_OPTION_TEXT, &(data_options).category, "NAME", "category folder inside --data", 0, 0}, \
      {"images", UNET_OPTION_TEXT, &(data_options).images, "DIR", "instead of --data: folder of images", 0,    \
       0},                                                                                                     \
      {"masks", UNET_OPTION_TEXT, &(data_options).masks, "DIR", "and folder of their masks", 0, 0},            \
      {"defects", UNET_OPTION_TEXT, &(data_options).defects, "A,B", "defect types to use; all by default", 0,  \
       0},                                                                                                     \
  {                                                                                                            \
    "mask-threshold", UNET_OPTION_INT, &(data_options).mask_threshold, "T",                                    \
        "mask values above T are defect; by default masks hold 0 and 1, or 0 and 255", 0, 65535                \
  }

/* The defaults. */
unet_dataset_options unet_default_data_options(void);

/* UNET_USAGE unless the data are named in one of the two ways. */
unet_status unet_check_data_options(const unet_dataset_options *options);

/* Prints a problem of the data set on standard error; a unet_problem_fn. */
void unet_print_problem(void *user, const char *line);

#endif
