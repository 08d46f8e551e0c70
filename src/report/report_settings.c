#include "report/report_settings.h"

#include <stdarg.h>
#include <stdio.h>

#include "model/model.h"
#include "unetcl/unetcl.h"

static const char in_model[] = "Model", in_program[] = "Program";

unet_status unet_report_add_setting_of(unet_report *report, const char *group, const char *name,
                                       const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return unet_report_add_setting(report, group, name, text);
}

/* A line, unless there is nothing to say. */
static unet_status add_if_given(unet_report *report, const char *group, const char *name, const char *value) {
  return value ? unet_report_add_setting(report, group, name, value) : UNET_OK;
}

unet_status unet_report_add_data(unet_report *report, const char *group, const unet_dataset_options *data) {
  UNET_TRY(add_if_given(report, group, "Data folder", data->data));
  UNET_TRY(add_if_given(report, group, "Category", data->category));
  UNET_TRY(add_if_given(report, group, "Folder of images", data->images));
  UNET_TRY(add_if_given(report, group, "Folder of masks", data->masks));
  UNET_TRY(unet_report_add_setting(report, group, "Defect types", data->defects ? data->defects : "all"));
  if (data->mask_threshold < 0) return UNET_OK;
  return unet_report_add_setting_of(report, group, "Masks", "values above %d are defect",
                                    data->mask_threshold);
}

unet_status unet_report_add_network(unet_report *report, const unet_architecture *a, bool tiles) {
  char filters[16 * UNET_MAX_LEVELS];
  size_t length = 0;
  for (size_t i = 0; i < a->n_levels; i++)
    length +=
        (size_t)snprintf(filters + length, sizeof filters - length, "%s%zu", i ? ", " : "", a->filters[i]);
  UNET_TRY(unet_report_add_setting_of(report, in_model, "Network", "U-Net, filters %s", filters));
  return unet_report_add_setting_of(
      report, in_model, "Input", "%zu × %zu pixels, %s; %s", a->width, a->height,
      a->channels == 1 ? "grey" : "colour",
      tiles ? "windows of the picture at its own scale" : "the whole picture, stretched");
}

/* The options that the model was trained with, or NULL. */
static json_t *options_of(const unet_model *model) {
  const char *text = unet_model_metadata(model, "options");
  return text ? json_loads(text, 0, NULL) : NULL;
}

static unet_status add_epoch(unet_report *report, const unet_model *model, const json_t *options) {
  const char *epoch = unet_model_metadata(model, "epoch");
  if (!epoch) return UNET_OK;
  return unet_report_add_setting_of(report, in_model, "Trained until", "epoch %s of %" JSON_INTEGER_FORMAT,
                                    epoch, json_integer_value(json_object_get(options, "epochs")));
}

static unet_status add_training_of(unet_report *report, const json_t *options) {
  if (options) return unet_report_add_training(report, options);
  return unet_report_add_setting(report, "Training", "Options", "not in the model's file");
}

unet_status unet_report_add_model(unet_report *report, const unet_model *model) {
  json_t *options = options_of(model);
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, add_if_given(report, in_model, "File", unet_model_path(model)));
  UNET_TRY_GOTO(done, add_epoch(report, model, options));
  UNET_TRY_GOTO(done,
                unet_report_add_network(report, unet_model_architecture(model), unet_model_tiles(model)));
  UNET_TRY_GOTO(done, unet_report_add_setting_of(report, in_model, "Parameters", "%zu",
                                                 unet_model_parameter_count(model)));
  UNET_TRY_GOTO(done, unet_report_add_setting_of(report, in_model, "Threshold", "%.6g",
                                                 (double)unet_model_threshold(model)));
  UNET_TRY_GOTO(done, unet_report_add_setting_of(report, in_model, "Smallest region", "%zu pixels",
                                                 unet_model_min_area(model)));
  status = add_training_of(report, options);
done:
  json_decref(options);
  return status;
}

unet_status unet_report_add_program(unet_report *report, const unet_device *device) {
  const unet_device_info *info = unet_device_get_info(device);
  UNET_TRY(unet_report_add_setting_of(report, in_program, "Version", "unetcl %s", unet_version()));
  UNET_TRY(unet_report_add_setting(report, in_program, "Device", info->name));
  return unet_report_add_setting_of(report, in_program, "Driver", "%s, %s", info->platform_name,
                                    info->driver_version);
}
