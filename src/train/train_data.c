#include "train/train_data.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checksum.h"
#include "base/host_memory.h"
#include "data/survey.h"

unet_status unet_train_data_open(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks) {
  const unet_split_options parts = {
      .val = options->val, .select = options->select, .good = options->good, .seed = options->seed};
  UNET_TRY(unet_dataset_open(&data->dataset, &options->data, callbacks->on_problem, callbacks->user));
  UNET_TRY(unet_survey_require_labelled(data->dataset));
  UNET_TRY(unet_survey_start(data->dataset));
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

/* *out = the items of all parts, one part after the other: read in one go, so that all problems are told at
 * once. The caller frees it. */
static unet_status list_items(size_t **out, const unet_split *split) {
  size_t count = split->n_train + split->n_val + split->n_select, *indices = NULL;
  UNET_TRY(unet_alloc_array((void *)&indices, count, sizeof *indices));
  memcpy(indices, split->train, split->n_train * sizeof *indices);
  memcpy(indices + split->n_train, split->val, split->n_val * sizeof *indices);
  memcpy(indices + split->n_train + split->n_val, split->select, split->n_select * sizeof *indices);
  *out = indices;
  return UNET_OK;
}

/* --- whole pictures made the network's size ----------------------------------------------------------- */

/* `count` samples from `first` on, in the memory of `all`. */
static unet_samples part_of(const unet_samples *all, size_t first, size_t count) {
  size_t pixels = all->height * all->width;
  unet_samples part = *all;
  part.count = count;
  part.images += first * pixels * all->channels;
  part.masks += first * pixels;
  return part;
}

static void count_defects(unet_train_data *data) {
  const size_t pixels = data->val.height * data->val.width;
  for (size_t i = 0; i < data->val.count * pixels; i++) data->val_defects[i / pixels] += data->val.masks[i];
}

static unet_status load_whole(unet_train_data *data, const unet_architecture *a, const size_t *indices,
                              size_t count, const unet_train_callbacks *callbacks) {
  const unet_split *split = &data->split;
  unet_samples all = {0};
  UNET_TRY(check_memory(count, a));
  UNET_TRY(unet_samples_load(&all, data->dataset, indices, count, a->channels, a->height, a->width,
                             callbacks->on_problem, callbacks->user));
  size_t pixels = all.count * all.height * all.width;
  data->checksum = unet_crc32(0, all.images, pixels * all.channels * sizeof *all.images);
  data->checksum = unet_crc32(data->checksum, all.masks, pixels);
  data->train = part_of(&all, 0, split->n_train); /* the first part owns the memory */
  data->val = part_of(&all, split->n_train, split->n_val);
  data->select = part_of(&all, split->n_train + split->n_val, split->n_select);
  count_defects(data);
  return UNET_OK;
}

/* --- windows of pictures at their own size ------------------------------------------------------------ */

static uint32_t checksum_of(const unet_pictures *pictures) {
  uint32_t sum = 0;
  for (size_t i = 0; i < pictures->count; i++) {
    const unet_picture *picture = &pictures->items[i];
    const size_t pixels = picture->height * picture->width;
    sum = unet_crc32(sum, picture->image, pixels * pictures->channels * sizeof *picture->image);
    sum = unet_crc32(sum, picture->mask, pixels);
  }
  return sum;
}

static unet_status load_tiles(unet_train_data *data, const unet_architecture *a, const size_t *indices,
                              size_t count, const unet_train_callbacks *callbacks) {
  const unet_split *split = &data->split;
  unet_pictures *pictures = &data->pictures;
  UNET_TRY(unet_pictures_load(pictures, data->dataset, indices, count, a->channels, callbacks->on_problem,
                              callbacks->user));
  data->checksum = checksum_of(pictures);
  data->train = (unet_samples){.channels = a->channels, .height = a->height, .width = a->width};
  for (size_t i = 0; i < split->n_val; i++)
    data->val_defects[i] = pictures->items[split->n_train + i].defect_pixels;
  UNET_TRY(unet_pictures_cut(&data->val, pictures, split->n_train, split->n_val, a->height, a->width));
  return unet_pictures_cut(&data->select, pictures, split->n_train + split->n_val, split->n_select, a->height,
                           a->width);
}

/* --- what the pictures are like ----------------------------------------------------------------------- */

static void tell_fact(void *user, const char *line) {
  const unet_train_callbacks *callbacks = user;
  if (callbacks->on_note) callbacks->on_note(callbacks->user, line);
}

static void tell_warning(void *user, const char *line) {
  char *text = NULL;
  if (unet_format_text(&text, "warning: %s", line) != UNET_OK) return;
  tell_fact(user, text);
  free(text);
}

static unet_status look_at_pictures(const unet_train_data *data, const unet_train_options *options,
                                    const unet_train_callbacks *callbacks) {
  const unet_survey_view view = {options->architecture.height, options->architecture.width, options->tile};
  unet_train_callbacks told = *callbacks;
  UNET_TRY(unet_survey_require_defects(data->dataset));
  return unet_survey_tell(data->dataset, &view, tell_fact, tell_warning, &told);
}

unet_status unet_train_data_load(unet_train_data *data, const unet_train_options *options,
                                 const unet_train_callbacks *callbacks) {
  const unet_split *split = &data->split;
  const size_t count = split->n_train + split->n_val + split->n_select;
  size_t *indices = NULL;
  UNET_TRY(unet_alloc_array((void *)&data->val_defects, split->n_val, sizeof *data->val_defects));
  UNET_TRY(list_items(&indices, split));
  unet_status status =
      (options->tile ? load_tiles : load_whole)(data, &options->architecture, indices, count, callbacks);
  free(indices);
  return status == UNET_OK ? look_at_pictures(data, options, callbacks) : status;
}

void unet_train_data_free(unet_train_data *data) {
  if (data->pictures.items) { /* else their memory is that of the samples to train on */
    unet_samples_free(&data->val);
    unet_samples_free(&data->select);
  }
  unet_pictures_free(&data->pictures);
  unet_samples_free(&data->train);
  free(data->val_defects);
  unet_split_free(&data->split);
  unet_dataset_close(data->dataset);
  free(data->split_json);
  *data = (unet_train_data){0};
}
