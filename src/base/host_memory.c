#include "base/host_memory.h"

#include <stdio.h>

/* Linux's own estimate: free memory and what the page cache would give back. */
size_t unet_host_available_bytes(void) {
  FILE *stream = fopen("/proc/meminfo", "r");
  if (!stream) return 0;
  char line[128];
  unsigned long long kilobytes = 0;
  while (fgets(line, sizeof line, stream)) {
    if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1) break;
  }
  fclose(stream);
  return (size_t)kilobytes * 1024;
}
