/* Keeps the core that runs it awake for so many rounds: see src/device/awake.c. Divisions that wait for each
 * other leave the core to whoever shares it; the read is there for compilers not to leave them out. Axis 0:
 * cores. */
LONE_KERNEL void stay_awake(__global const volatile float *zero, int rounds) {
  float x = 0.0f;
  for (int i = 0; i < rounds && x != 2.0f; ++i) x = 1.0f / (x + *zero + 1.0f);
}
