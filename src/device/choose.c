#include "device/choose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LIST_BYTES = 1500, NO_PLATFORM = -1 };

/* A wish taken apart: nothing, a number, or a part of a name. */
typedef struct wish {
  const char *text;
  bool given, is_index;
  size_t index;
} wish;

static wish parse_wish(const char *text) {
  wish parsed = {.text = text, .given = text && *text};
  if (!parsed.given || strspn(text, "0123456789") != strlen(text)) return parsed;
  errno = 0;
  unsigned long long number = strtoull(text, NULL, 10);
  parsed.is_index = true;
  parsed.index = errno == ERANGE || number > SIZE_MAX ? SIZE_MAX : (size_t)number;
  return parsed;
}

static bool name_holds(const char *name, const char *part) {
  size_t length = strlen(part);
  for (; *name; name++) {
    if (strncasecmp(name, part, length) == 0) return true;
  }
  return false;
}

static bool fits(const wish *wanted, size_t index, const char *name) {
  if (!wanted->given) return true;
  return wanted->is_index ? index == wanted->index : name_holds(name, wanted->text);
}

/* "[0] first, [1] second", cut where it gets too long for a message. */
typedef struct listing {
  char text[LIST_BYTES];
  size_t length, count;
} listing;

static void list_item(listing *items, size_t index, const char *name, const char *where) {
  const char *comma = items->count++ ? ", " : "";
  const char *open = where ? " on " : "";
  size_t room = sizeof items->text - items->length;
  int wanted = snprintf(items->text + items->length, room, "%s[%zu] %s%s%s", comma, index, name, open,
                        where ? where : "");
  if (wanted < 0) return;
  items->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

static bool is_new_platform(const unet_device_info *list, size_t at) {
  for (size_t i = 0; i < at; i++) {
    if (list[i].platform_index == list[at].platform_index) return false;
  }
  return true;
}

/* *platform = the one that is meant, or NO_PLATFORM. */
static unet_status choose_platform(long *platform, const unet_device_info *list, size_t count, wish wanted) {
  *platform = NO_PLATFORM;
  if (!wanted.given) return UNET_OK;
  listing fitting = {.count = 0}, all = {.count = 0};
  for (size_t i = 0; i < count; i++) {
    if (!is_new_platform(list, i)) continue;
    list_item(&all, list[i].platform_index, list[i].platform_name, NULL);
    if (!fits(&wanted, list[i].platform_index, list[i].platform_name)) continue;
    list_item(&fitting, list[i].platform_index, list[i].platform_name, NULL);
    *platform = (long)list[i].platform_index;
  }
  if (fitting.count == 1) return UNET_OK;
  if (fitting.count == 0) {
    return unet_fail(UNET_NO_DEVICE, "no OpenCL platform \"%s\" with a usable device; choose one of: %s",
                     wanted.text, all.text);
  }
  return unet_fail(UNET_NO_DEVICE,
                   "the platform \"%s\" may be any of: %s; give its index or a longer part of its name",
                   wanted.text, fitting.text);
}

static int rank(unet_device_type type) {
  return type == UNET_DEVICE_GPU ? 0 : type == UNET_DEVICE_ACCELERATOR ? 1 : 2;
}

unet_status unet_device_choose(size_t *chosen, const unet_device_info *list, size_t count,
                               const char *platform, const char *device) {
  long on = NO_PLATFORM;
  UNET_TRY(choose_platform(&on, list, count, parse_wish(platform)));
  wish wanted = parse_wish(device);
  listing fitting = {.count = 0}, all = {.count = 0};
  size_t best = count;
  for (size_t i = 0; i < count; i++) {
    if (on != NO_PLATFORM && list[i].platform_index != (size_t)on) continue;
    size_t index = on == NO_PLATFORM ? list[i].index : list[i].device_index;
    list_item(&all, index, list[i].name, list[i].platform_name);
    if (!fits(&wanted, index, list[i].name)) continue;
    list_item(&fitting, index, list[i].name, list[i].platform_name);
    if (best == count || rank(list[i].type) < rank(list[best].type)) best = i;
  }
  if (fitting.count == 0) {
    return unet_fail(UNET_NO_DEVICE, "no OpenCL device \"%s\"; choose one of: %s", device, all.text);
  }
  if (wanted.given && fitting.count > 1) {
    return unet_fail(UNET_NO_DEVICE,
                     "the device \"%s\" may be any of: %s; give its index or a longer part of its name",
                     device, fitting.text);
  }
  *chosen = best;
  return UNET_OK;
}
