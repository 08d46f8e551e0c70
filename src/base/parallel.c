#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 64, MESSAGE_BYTES = 2048 };

typedef struct shared_work {
  unet_task task;
  void *user;
  size_t count;
  atomic_size_t next;
  pthread_mutex_t lock; /* guards the failure below */
  unet_status status;
  size_t failed_index;
  char message[MESSAGE_BYTES];
  char *details;
} shared_work;

static void note_failure(shared_work *work, size_t index, unet_status status) {
  char *details = unet_take_details();
  pthread_mutex_lock(&work->lock);
  if (work->status == UNET_OK || index < work->failed_index) {
    work->status = status;
    work->failed_index = index;
    snprintf(work->message, sizeof work->message, "%s", unet_last_error());
    char *of_later = work->details;
    work->details = details;
    details = of_later;
  }
  pthread_mutex_unlock(&work->lock);
  free(details);
}

static void *work_until_done(void *argument) {
  shared_work *work = argument;
  for (size_t i = atomic_fetch_add(&work->next, 1); i < work->count; i = atomic_fetch_add(&work->next, 1)) {
    unet_status status = work->task(work->user, i);
    if (status != UNET_OK) note_failure(work, i, status);
  }
  return NULL;
}

unet_status unet_parallel_for(size_t count, unet_task task, void *user) {
  shared_work work = {.task = task, .user = user, .count = count};
  if (pthread_mutex_init(&work.lock, NULL) != 0) {
    return unet_fail(UNET_NO_RESOURCE, "out of memory: no lock could be made");
  }
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  size_t wanted = cores < 1 ? 1 : (size_t)cores;
  if (wanted > MAX_THREADS) wanted = MAX_THREADS;
  if (wanted > count) wanted = count;
  pthread_t threads[MAX_THREADS];
  size_t started = 0;
  while (started + 1 < wanted && pthread_create(&threads[started], NULL, work_until_done, &work) == 0)
    started++;
  work_until_done(&work);
  for (size_t i = 0; i < started; i++) pthread_join(threads[i], NULL);
  pthread_mutex_destroy(&work.lock);
  if (work.status == UNET_OK) return UNET_OK;
  unet_fail(work.status, "%s", work.message);
  if (work.details) unet_fail_details(work.details);
  free(work.details);
  return work.status;
}
