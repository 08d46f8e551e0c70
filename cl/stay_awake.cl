/* Keeps the core that runs it awake for so many reads of a zero: see src/device/awake.c. Axis 0: cores. */
LONE_KERNEL void stay_awake(__global const volatile float *zero, int reads) {
  for (int i = 0; i < reads && *zero == 0.0f; ++i) {
  }
}
