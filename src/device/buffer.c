#include <stdint.h>

#include "base/alloc.h"
#include "device/internal.h"

static unet_status no_memory(const unet_device *device, size_t bytes, cl_int code) {
  const unet_device_info *info = &device->info;
  return unet_fail(
      UNET_NO_RESOURCE,
      "%s: no memory for a buffer of %.1f MiB (the device has %.1f MiB in all, %.1f MiB for one buffer; "
      "%s); use a smaller batch or image size",
      info->name, (double)bytes / 0x1p20, (double)info->global_memory / 0x1p20,
      (double)info->max_allocation / 0x1p20, unet_cl_error_name(code));
}

unet_status unet_buffer_create(cl_mem *out, unet_device *device, size_t floats) {
  size_t bytes = 0;
  UNET_TRY(unet_multiply_sizes(&bytes, floats ? floats : 1, sizeof(float)));
  const unet_device_info *info = &device->info;
  if (bytes > info->max_allocation || bytes > info->global_memory) {
    return no_memory(device, bytes, CL_INVALID_BUFFER_SIZE);
  }
  cl_int code = CL_SUCCESS;
  cl_mem buffer = clCreateBuffer(device->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
  if (code == CL_SUCCESS) {
    /* Some drivers allocate at first use: the filling finds out whether the memory is there. */
    const cl_float zero = 0;
    code = clEnqueueFillBuffer(device->queue, buffer, &zero, sizeof zero, 0, bytes, 0, NULL, NULL);
    if (code == CL_SUCCESS) code = clFinish(device->queue);
  }
  if (code == CL_SUCCESS) {
    *out = buffer;
    return UNET_OK;
  }
  unet_buffer_release(buffer);
  return unet_cl_is_out_of_memory(code) ? no_memory(device, bytes, code)
                                        : unet_cl_check(device, code, "making a buffer");
}

void unet_buffer_release(cl_mem buffer) {
  if (buffer) clReleaseMemObject(buffer);
}

cl_mem unet_buffer_share(cl_mem buffer) {
  (void)clRetainMemObject(buffer); /* fails only for what is no buffer */
  return buffer;
}

unet_status unet_buffer_write(unet_device *device, cl_mem buffer, size_t offset, const float *source,
                              size_t count) {
  if (count == 0) return UNET_OK;
  cl_int code = clEnqueueWriteBuffer(device->queue, buffer, CL_TRUE, offset * sizeof(float),
                                     count * sizeof(float), source, 0, NULL, NULL);
  return unet_cl_check(device, code, "writing to a buffer");
}

/* For commands that do not wait. After a failure nothing is left in the queue: the caller may free what an
 * earlier one still reads. */
static unet_status check_queued(const unet_device *device, cl_int code, const char *what) {
  if (code != CL_SUCCESS) clFinish(device->queue);
  return unet_cl_check(device, code, what);
}

unet_status unet_buffer_write_bytes(unet_device *device, cl_mem buffer, const void *source, size_t bytes) {
  cl_int code = clEnqueueWriteBuffer(device->queue, buffer, CL_FALSE, 0, bytes, source, 0, NULL, NULL);
  return check_queued(device, code, "writing to a buffer");
}

static unet_status read_floats(unet_device *device, cl_mem buffer, size_t offset, float *target, size_t count,
                               cl_bool wait) {
  if (count == 0) return UNET_OK;
  cl_int code = clEnqueueReadBuffer(device->queue, buffer, wait, offset * sizeof(float),
                                    count * sizeof(float), target, 0, NULL, NULL);
  return check_queued(device, code, "reading a buffer");
}

unet_status unet_buffer_read(unet_device *device, cl_mem buffer, size_t offset, float *target, size_t count) {
  return read_floats(device, buffer, offset, target, count, CL_TRUE);
}

unet_status unet_buffer_read_later(unet_device *device, cl_mem buffer, size_t offset, float *target,
                                   size_t count) {
  return read_floats(device, buffer, offset, target, count, CL_FALSE);
}

/* One plane as OpenCL's rectangle copies want it, in bytes. A plane at a time: drivers refuse a plane stride
 * that is no multiple of the row stride. */
typedef struct plane_copy {
  size_t buffer_origin[3], host_origin[3], region[3];
  size_t buffer_pitch, host_pitch;
} plane_copy;

static plane_copy describe_plane(size_t offset, const unet_rows *rows, size_t plane) {
  return (plane_copy){.buffer_origin = {(offset + plane * rows->plane_stride) * sizeof(float), 0, 0},
                      .host_origin = {plane * rows->rows * rows->width * sizeof(float), 0, 0},
                      .region = {rows->width * sizeof(float), rows->rows, 1},
                      .buffer_pitch = rows->row_stride * sizeof(float),
                      .host_pitch = rows->width * sizeof(float)};
}

unet_status unet_buffer_write_rows(unet_device *device, cl_mem buffer, size_t offset, const float *source,
                                   const unet_rows *rows) {
  for (size_t i = 0; i < rows->planes; i++) {
    plane_copy plane = describe_plane(offset, rows, i);
    cl_int code = clEnqueueWriteBufferRect(device->queue, buffer, CL_FALSE, plane.buffer_origin,
                                           plane.host_origin, plane.region, plane.buffer_pitch, 0,
                                           plane.host_pitch, 0, source, 0, NULL, NULL);
    UNET_TRY(check_queued(device, code, "writing rows to a buffer"));
  }
  return UNET_OK;
}

unet_status unet_buffer_read_rows(unet_device *device, cl_mem buffer, size_t offset, float *target,
                                  const unet_rows *rows) {
  for (size_t i = 0; i < rows->planes; i++) {
    plane_copy plane = describe_plane(offset, rows, i);
    cl_int code = clEnqueueReadBufferRect(device->queue, buffer, CL_FALSE, plane.buffer_origin,
                                          plane.host_origin, plane.region, plane.buffer_pitch, 0,
                                          plane.host_pitch, 0, target, 0, NULL, NULL);
    UNET_TRY(check_queued(device, code, "reading rows of a buffer"));
  }
  return unet_device_finish(device);
}
