#include "train/train_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/host_memory.h"

unet_status unet_train_data_open(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks) {
  const unet_split_options parts = {
      .val = options->val, .select = options->select, .good = options->good, .seed = options->seed};
  UNET_TRY(unet_dataset_open(&data->dataset, &options->data, callbacks->on_problem, callbacks->user));
  UNET_TRY(options->split_file ? unet_split_load(&data->split, data->dataset, options->split_file)
                               : unet_split_make(&data->split, data->dataset, &parts));
  return unet_split_format(&data->split_json, &data->split, data->dataset);
}

static unet_status check_memory(size_t images, const unet_architecture *a) {
  size_t available = unet_host_available_bytes();
  double bytes_per_pixel = (double)(a->channels * sizeof(uint16_t) + sizeof(uint8_t));
  double needed = (double)images * (double)a->height * (double)a->width * bytes_per_pixel;
  if (available == 0 || needed <= (double)available) return UNET_OK;
  return unet_fail(
      UNET_NO_RESOURCE,
      "%zu images of %zux%zu need %.0f MB and the machine has %.0f MB free; use a smaller --size "
      "or fewer images",
      images, a->height, a->width, needed / 1e6, (double)available / 1e6);
}

/* All parts in one go, so that the problems of all are told at once. */
static unet_status load_all(unet_samples *all, const unet_train_data *data, const unet_architecture *a,
                            const unet_train_callbacks *callbacks) {
  const unet_split *split = &data->split;
  size_t count = split->n_train + split->n_val + split->n_select;
  size_t *indices = NULL;
  UNET_TRY(check_memory(count, a));
  UNET_TRY(unet_alloc_array((void *)&indices, count, sizeof *indices));
  memcpy(indices, split->train, split->n_train * sizeof *indices);
  memcpy(indices + split->n_train, split->val, split->n_val * sizeof *indices);
  memcpy(indices + split->n_train + split->n_val, split->select, split->n_select * sizeof *indices);
  unet_status status = unet_samples_load(all, data->dataset, indices, count, a->channels, a->height, a->width,
                                         callbacks->on_problem, callbacks->user);
  free(indices);
  return status;
}

/* `count` samples from `first` on, in the memory of `all`. */
static unet_samples part_of(const unet_samples *all, size_t first, size_t count) {
  size_t pixels = all->height * all->width;
  unet_samples part = *all;
  part.count = count;
  part.images += first * pixels * all->channels;
  part.masks += first * pixels;
  return part;
}

unet_status unet_train_data_load(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks) {
  const unet_split *split = &data->split;
  unet_samples all = {0};
  UNET_TRY(load_all(&all, data, &options->architecture, callbacks));
  size_t pixels = all.count * all.height * all.width;
  data->checksum = unet_crc32(0, all.images, pixels * all.channels * sizeof *all.images);
  data->checksum = unet_crc32(data->checksum, all.masks, pixels);
  data->train = part_of(&all, 0, split->n_train); /* the first part owns the memory */
  data->val = part_of(&all, split->n_train, split->n_val);
  data->select = part_of(&all, split->n_train + split->n_val, split->n_select);
  return UNET_OK;
}

void unet_train_data_free(unet_train_data *data) {
  unet_samples_free(&data->train);
  unet_split_free(&data->split);
  unet_dataset_close(data->dataset);
  free(data->split_json);
  *data = (unet_train_data){0};
}
