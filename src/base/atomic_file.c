#include "base/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/path.h"

struct unet_atomic_file {
  FILE *stream;
  char *path;
  char *beside;
};

static void release(unet_atomic_file *file) {
  if (file->stream) fclose(file->stream);
  free(file->path);
  free(file->beside);
  free(file);
}

static unet_status cannot_write(const char *path, int error) {
  return unet_fail(UNET_NO_RESOURCE, "%s: cannot be written (%s); free space or choose another place", path,
                   strerror(error));
}

unet_status unet_atomic_open(unet_atomic_file **out, const char *path) {
  static atomic_uint counter;
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_alloc_array((void *)&file, 1, sizeof *file));
  unet_status status = unet_copy_text(&file->path, path);
  if (status == UNET_OK) {
    status =
        unet_format_text(&file->beside, "%s.tmp-%ld-%u", path, (long)getpid(), atomic_fetch_add(&counter, 1));
  }
  if (status == UNET_OK && unet_path_is_folder(path)) status = cannot_write(path, EISDIR);
  if (status == UNET_OK) {
    file->stream = fopen(file->beside, "wb");
    if (!file->stream) status = cannot_write(path, errno);
  }
  if (status != UNET_OK) {
    release(file);
    return status;
  }
  *out = file;
  return UNET_OK;
}

FILE *unet_atomic_stream(unet_atomic_file *file) { return file->stream; }

/* The rename itself must reach the disk too; a file system that cannot sync a folder is not an error. */
static void sync_folder(const char *path) {
  const char *name = unet_path_name(path);
  char *folder = NULL;
  if (unet_format_text(&folder, "%.*s.", (int)(name - path), path) != UNET_OK) return;
  int handle = open(folder, O_RDONLY);
  if (handle >= 0) {
    (void)fsync(handle);
    close(handle);
  }
  free(folder);
}

unet_status unet_atomic_commit(unet_atomic_file *file) {
  errno = 0;
  int failed = ferror(file->stream) | fflush(file->stream) | fsync(fileno(file->stream));
  int error = errno ? errno : EIO;
  if (fclose(file->stream) != 0 && !failed) {
    failed = 1;
    error = errno;
  }
  file->stream = NULL;
  if (!failed && rename(file->beside, file->path) != 0) {
    failed = 1;
    error = errno;
  }
  unet_status status = UNET_OK;
  if (failed) {
    unlink(file->beside);
    status = cannot_write(file->path, error);
  } else {
    sync_folder(file->path);
  }
  release(file);
  return status;
}

void unet_atomic_abandon(unet_atomic_file *file) {
  if (!file) return;
  unlink(file->beside);
  release(file);
}

unet_status unet_write_file(const char *path, const void *bytes, size_t size) {
  unet_atomic_file *file = NULL;
  UNET_TRY(unet_atomic_open(&file, path));
  if (size) fwrite(bytes, 1, size, file->stream);
  return unet_atomic_commit(file);
}

unet_status unet_read_file(char **bytes, size_t *size, const char *path) {
  FILE *stream = fopen(path, "rb");
  struct stat info;
  if (!stream || fstat(fileno(stream), &info) != 0 || !S_ISREG(info.st_mode)) {
    int error = stream ? EISDIR : errno;
    if (stream) fclose(stream);
    return unet_fail(UNET_BAD_INPUT, "%s: cannot be read (%s); check the path", path, strerror(error));
  }
  size_t length = (size_t)info.st_size;
  char *content = NULL;
  unet_status status = unet_alloc_array((void *)&content, length + 1, 1);
  if (status == UNET_OK && fread(content, 1, length, stream) != length) {
    free(content);
    status = unet_fail(UNET_BAD_INPUT, "%s: could not be read to its end; check the disk", path);
  }
  fclose(stream);
  if (status != UNET_OK) return status;
  *bytes = content;
  *size = length;
  return UNET_OK;
}
