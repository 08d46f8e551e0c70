#include "base/host_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Linux's own estimate: free memory and what the page cache would give back. */
size_t unet_host_available_bytes(void) {
  FILE *stream = fopen("/proc/meminfo", "r");
  if (!stream) return 0;
  char line[128];
  unsigned long long kilobytes = 0;
  static const char name[] = "MemAvailable:";
  while (fgets(line, sizeof line, stream)) {
    if (strncmp(line, name, sizeof name - 1) == 0) kilobytes = strtoull(line + sizeof name - 1, NULL, 10);
  }
  fclose(stream);
  return (size_t)kilobytes * 1024;
}
