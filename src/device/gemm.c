#include "device/gemm.h"

#include <clblast_c.h>
#include <pthread.h>
#include <stdbool.h>

#include "device/internal.h"

/* CLBlast's cache of built kernels is one for the whole process: several devices in several threads take
 * turns. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static bool cache_is_used;

/* Codes that CLBlast shares with OpenCL say what the device did; its own say what we asked wrongly. */
static unet_status check_gemm(const unet_device *device, CLBlastStatusCode code, size_t m, size_t n,
                              size_t k) {
  static const int first_own_code = -1000;
  if (code == CLBlastInvalidLocalMemUsage || code == CLBlastDatabaseError || code == CLBlastUnknownError ||
      code == CLBlastUnexpectedError) {
    return unet_fail(UNET_NO_DEVICE,
                     "%s: CLBlast cannot multiply matrices here (status %d); try another device",
                     device->info.name, code);
  }
  if ((int)code > first_own_code) return unet_cl_check(device, code, "multiplying matrices with CLBlast");
  return unet_fail(
      UNET_INTERNAL,
      "CLBlast refuses a product of %zu x %zu x %zu (status %d); this is a bug, please report it", m, n, k,
      code);
}

static unet_status mark_start(unet_device *device, cl_event *marker) {
  return unet_cl_check(device, clEnqueueMarkerWithWaitList(device->queue, 0, NULL, marker),
                       "marking the queue");
}

static CLBlastTranspose transpose_of(const unet_matrix *matrix) {
  return matrix->transposed ? CLBlastTransposeYes : CLBlastTransposeNo;
}

unet_status unet_gemm(unet_device *device, size_t m, size_t n, size_t k, float alpha, const unet_matrix *a,
                      const unet_matrix *b, float beta, const unet_matrix *c) {
  if (device->preparing) return UNET_OK;
  cl_event before = NULL, event = NULL;
  if (device->profiling) UNET_TRY(mark_start(device, &before));
  UNET_TRY(unet_side_settle(device));
  cl_command_queue queue = unet_side_queue(device);
  pthread_mutex_lock(&turn);
  cache_is_used = true;
  CLBlastStatusCode code =
      CLBlastSgemm(CLBlastLayoutRowMajor, transpose_of(a), transpose_of(b), m, n, k, alpha, a->buffer,
                   a->offset, a->stride, b->buffer, b->offset, b->stride, beta, c->buffer, c->offset,
                   c->stride, &queue, device->profiling || device->side ? &event : NULL);
  pthread_mutex_unlock(&turn);
  unet_status status = check_gemm(device, code, m, n, k);
  if (status == UNET_OK && device->profiling) return unet_profile_keep(device, "CLBlastSgemm", before, event);
  if (status == UNET_OK) {
    unet_side_launched(device, event);
    return UNET_OK;
  }
  if (before) clReleaseEvent(before);
  if (event) clReleaseEvent(event);
  return status;
}

void unet_gemm_release(void) {
  pthread_mutex_lock(&turn);
  if (cache_is_used) CLBlastClearCache();
  cache_is_used = false;
  pthread_mutex_unlock(&turn);
}
