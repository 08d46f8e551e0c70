#include "train/history.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic_file.h"
#include "base/path.h"

#define COLUMNS "epoch,loss,dice,val_loss,val_dice,lr,seconds,images_per_second"

static const char *heading_of(bool select) { return select ? COLUMNS ",select_loss\n" : COLUMNS "\n"; }

/* The end of the last row that belongs to an epoch up to this one; rows count up from 1, and the first that
 * does not ends the search. */
static const char *end_of_rows(const char *rows, size_t epoch) {
  for (size_t wanted = 1; wanted <= epoch; wanted++) {
    char *end = NULL;
    unsigned long found = strtoul(rows, &end, 10);
    const char *line = strchr(rows, '\n');
    if (end == rows || *end != ',' || found != wanted || !line) return rows;
    rows = line + 1;
  }
  return rows;
}

unet_status unet_history_start(const char *path, size_t epoch, bool select) {
  const char *heading = heading_of(select);
  char *old = NULL;
  size_t size = 0, kept = 0;
  if (epoch > 0 && unet_path_exists(path)) UNET_TRY(unet_read_file(&old, &size, path));
  if (old && strncmp(old, heading, strlen(heading)) == 0)
    kept = (size_t)(end_of_rows(old + strlen(heading), epoch) - old);
  unet_status status =
      kept ? unet_write_file(path, old, kept) : unet_write_file(path, heading, strlen(heading));
  free(old);
  return status;
}

/* A figure that was not measured leaves its field empty. */
static void format_number(char *text, size_t size, double value) {
  if (isnan(value)) {
    text[0] = '\0';
  } else {
    (void)snprintf(text, size, "%.9g", value);
  }
}

static int format_row(char *line, size_t size, const unet_train_epoch *row, bool select) {
  char val_loss[32], val_dice[32], select_loss[32] = "";
  format_number(val_loss, sizeof val_loss, row->val_loss);
  format_number(val_dice, sizeof val_dice, row->val_dice);
  if (select) (void)snprintf(select_loss, sizeof select_loss, ",%.9g", row->select_loss);
  return snprintf(line, size, "%zu,%.9g,%.9g,%s,%s,%.9g,%.3f,%.3f%s\n", row->epoch, row->loss, row->dice,
                  val_loss, val_dice, row->learning_rate, row->seconds, row->images_per_second, select_loss);
}

static bool append(int handle, const char *line, size_t length) {
  off_t before = lseek(handle, 0, SEEK_END);
  ssize_t written = write(handle, line, length);
  if (written == (ssize_t)length && fsync(handle) == 0) return true;
  int error = written < 0 ? errno : ENOSPC;
  if (before >= 0 && ftruncate(handle, before) != 0) error = errno;
  errno = error;
  return false;
}

unet_status unet_history_add(const char *path, const unet_train_epoch *row, bool select) {
  char line[256];
  int length = format_row(line, sizeof line, row, select);
  int handle = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  bool written = handle >= 0 && length > 0 && append(handle, line, (size_t)length);
  int error = errno;
  if (handle >= 0) close(handle);
  if (written) return UNET_OK;
  return unet_fail(UNET_NO_RESOURCE, "%s: cannot be written (%s); free space and go on with --resume", path,
                   strerror(error));
}
