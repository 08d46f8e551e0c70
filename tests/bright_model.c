#include "bright_model.h"

#include <string.h>

#include "check_main.h"

static const unet_parameter *find_tensor(const unet_model *model, const char *name) {
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    const unet_parameter *tensor = unet_model_tensor(model, i);
    if (strcmp(tensor->name, name) == 0) return tensor;
  }
  ck_abort_msg("the model has no tensor %s", name);
}

/* The first output channel of a 3x3 convolution takes this input channel as it is (ELU keeps what is not
 * negative). */
static void pass_on(const unet_model *model, const char *name, size_t channel) {
  const unet_parameter *tensor = find_tensor(model, name);
  ck_assert_uint_lt(channel, tensor->shape[1]);
  tensor->values[channel * 9 + 4] = 1.0f;
}

unet_model *make_bright_model(size_t channels) {
  enum { LEVEL_1 = 4, LEVEL_2 = 6 };
  const unet_architecture tiny = {.channels = channels,
                                  .height = BRIGHT_SIDE,
                                  .width = BRIGHT_SIDE,
                                  .n_levels = 2,
                                  .filters = {LEVEL_1, LEVEL_2}};
  unet_model *model = NULL;
  ck_unet_ok(unet_model_create(&model, &tiny));
  pass_on(model, "enc1.conv1.weight", 0);
  pass_on(model, "enc1.conv2.weight", 0);
  /* The concat's two parts: one starts with the skip connection, the other with zeros. */
  pass_on(model, "dec1.conv1.weight", 0);
  pass_on(model, "dec1.conv1.weight", LEVEL_2 / 2);
  pass_on(model, "dec1.conv2.weight", 0);
  find_tensor(model, "head.weight")->values[0] = 20.0f;
  find_tensor(model, "head.bias")->values[0] = -10.0f;
  return model;
}
