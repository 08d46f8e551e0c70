/* The settings that made a page, in words: groups of lines such as "Learning rate: 0.004". */
#ifndef UNETCL_REPORT_REPORT_SETTINGS_H
#define UNETCL_REPORT_REPORT_SETTINGS_H

#include <jansson.h>

#include "report/report.h"
#include "unetcl/dataset.h"
#include "unetcl/device.h"
#include "unetcl/model.h"

/* unet_report_add_setting, the value printf-like. */
unet_status unet_report_add_setting_of(unet_report *report, const char *group, const char *name,
                                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Where the pictures are, and which of them are used. */
unet_status unet_report_add_data(unet_report *report, const char *group, const unet_dataset_options *data);

/* Group Model: its file, network, threshold and smallest region; group Training: what its file says of that.
 * Files of earlier versions say nothing. A model without weights will do (unet_model_describe). */
unet_status unet_report_add_model(unet_report *report, const unet_model *model);

/* The lines of the network alone. */
unet_status unet_report_add_network(unet_report *report, const unet_architecture *architecture, bool tiles);

/* Group Training: the options of train by their names, as a model's metadata keeps them ("options"). */
unet_status unet_report_add_training(unet_report *report, const json_t *options);

/* Group Program: its version, and the device. */
unet_status unet_report_add_program(unet_report *report, const unet_device *device);

#endif
