#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "unetcl/device.h"

static const char *type_name(unet_device_type type) {
  switch (type) {
    case UNET_DEVICE_GPU:
      return "GPU";
    case UNET_DEVICE_ACCELERATOR:
      return "accelerator";
    case UNET_DEVICE_CPU:
      break;
  }
  return "CPU";
}

static void print_device(const unet_device_info *d) {
  printf("  %zu: %s%s\n", d->index, d->name, d->is_default ? "  (default)" : "");
  printf(
      "     %s, device %zu of its platform, %u compute units, %.1f GB memory, largest allocation %.1f GB\n",
      type_name(d->type), d->device_index, d->compute_units, (double)d->global_memory / 1e9,
      (double)d->max_allocation / 1e9);
  printf("     %s; driver %s; vectors of %u floats, groups of %zu, %.0f kB local memory%s%s%s\n",
         d->device_version, d->driver_version, d->native_vector_width, d->max_work_group,
         (double)d->local_memory / 1e3, d->has_fp16 ? ", fp16" : "", d->has_fp64 ? ", fp64" : "",
         d->has_subgroups ? ", sub-groups" : "");
}

unet_status unet_cmd_devices(int argc, char **argv) {
  const unet_command_line line = {
      .usage = "devices",
      .about =
          "Lists the OpenCL platforms and devices of this machine, with what they support. The number before "
          "a\n"
          "device is what --device takes; the default is the first GPU, else the first accelerator, else "
          "the\n"
          "first CPU.",
  };
  unet_words words;
  UNET_TRY(unet_parse_command_line(&words, argc, argv, &line));
  bool help = words.help;
  unet_words_free(&words);
  if (help) return UNET_OK;
  unet_device_info *devices = NULL;
  size_t count = 0;
  UNET_TRY(unet_device_list(&devices, &count));
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || devices[i].platform_index != devices[i - 1].platform_index) {
      printf("platform %zu: %s\n", devices[i].platform_index, devices[i].platform_name);
    }
    print_device(&devices[i]);
  }
  free(devices);
  return UNET_OK;
}
