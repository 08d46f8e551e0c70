#include "kernels/glorot_uniform.h"

#include "base/alloc.h"

enum { GROUP = 64, WORDS = 4 /* of a Philox block, each work-item's share */ };

unet_status unet_glorot_uniform(unet_device *device, cl_mem buffer, size_t offset, size_t count, float limit,
                                uint64_t seed, uint32_t stream) {
  if (count == 0) return UNET_OK;
  const unet_kernel_spec spec = {"glorot_uniform", "", "glorot_uniform"};
  size_t blocks = (count + WORDS - 1) / WORDS;
  size_t most = unet_device_get_info(device)->max_work_group, local = most < GROUP ? most : GROUP;
  const unet_range range = {{unet_round_up(blocks, local), 1, 1}, {local, 1, 1}};
  const cl_ulong first = offset, length = count;
  const cl_uint key_low = (cl_uint)seed, key_high = (cl_uint)(seed >> 32), counter_word = stream;
  const unet_argument arguments[] = {
      UNET_ARGUMENT(buffer),  UNET_ARGUMENT(first),    UNET_ARGUMENT(length),      UNET_ARGUMENT(limit),
      UNET_ARGUMENT(key_low), UNET_ARGUMENT(key_high), UNET_ARGUMENT(counter_word)};
  return unet_launch(device, &spec, &range, arguments, sizeof arguments / sizeof *arguments);
}
