#include "run/predictor.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/image.h"
#include "data/regions.h"
#include "data/resize.h"
#include "model/model.h"
#include "model/network.h"
#include "run/executor.h"
#include "run/predictor_windows.h"
#include "run/symmetries.h"

struct unet_predictor {
  unet_architecture architecture;
  float threshold;
  size_t min_area;
  bool tiles;
  size_t batch;
  unet_model *described; /* without weights */
  const unet_device *device;
  unet_network network;
  unet_executor *executor;
  float *images;     /* (batch, channels, height, width): what the device gets */
  uint16_t *planes;  /* (channels, height, width): a frame at the network's size */
  float *map;        /* (height, width): its probability */
  uint16_t *turned;  /* (batch, channels, height, width): a symmetry of images; NULL: only as they are */
  float *turned_map; /* (batch, height, width) */
};

static size_t pixels_of(const unet_predictor *predictor) {
  return predictor->architecture.height * predictor->architecture.width;
}

static unet_status write_weights(unet_predictor *predictor, const unet_model *model) {
  unet_value value = UNET_NO_VALUE;
  for (size_t i = 0; i < unet_model_tensor_count(model); i++) {
    value = unet_network_next_parameter(&predictor->network, value);
    UNET_TRY(unet_executor_write(predictor->executor, value, unet_model_tensor(model, i)->values, 1));
  }
  return UNET_OK;
}

static unet_status allocate(unet_predictor *predictor) {
  size_t pixels = pixels_of(predictor), planes = 0, images = 0;
  UNET_TRY(unet_multiply_sizes(&planes, pixels, predictor->architecture.channels));
  UNET_TRY(unet_multiply_sizes(&images, planes, predictor->batch));
  UNET_TRY(unet_alloc_array((void *)&predictor->images, images, sizeof *predictor->images));
  UNET_TRY(unet_alloc_array((void *)&predictor->planes, planes, sizeof *predictor->planes));
  return unet_alloc_array((void *)&predictor->map, pixels, sizeof *predictor->map);
}

static unet_status set_up(unet_predictor *predictor, unet_device *device, const unet_model *model,
                          const unet_executor_options *options) {
  UNET_TRY(unet_network_build(&predictor->network, &predictor->architecture, predictor->batch,
                              UNET_NETWORK_INFERENCE));
  UNET_TRY(unet_executor_create(&predictor->executor, device, predictor->network.graph, options));
  UNET_TRY(write_weights(predictor, model));
  return allocate(predictor);
}

unet_status unet_predictor_create_with(unet_predictor **out, unet_device *device, const unet_model *model,
                                       size_t batch, const unet_executor_options *options) {
  if (batch == 0) return unet_fail(UNET_USAGE, "a batch of 0 images makes no sense; give 1 or more");
  unet_predictor *predictor = NULL;
  UNET_TRY(unet_alloc_array((void *)&predictor, 1, sizeof *predictor));
  predictor->architecture = *unet_model_architecture(model);
  predictor->threshold = unet_model_threshold(model);
  predictor->min_area = unet_model_min_area(model);
  predictor->tiles = unet_model_tiles(model);
  predictor->batch = batch;
  predictor->device = device;
  unet_status status = unet_model_describe(&predictor->described, model);
  if (status == UNET_OK) status = set_up(predictor, device, model, options);
  if (status != UNET_OK) {
    unet_predictor_destroy(predictor);
    return status;
  }
  *out = predictor;
  return UNET_OK;
}

unet_status unet_predictor_create(unet_predictor **out, unet_device *device, const unet_model *model,
                                  size_t batch) {
  return unet_predictor_create_with(out, device, model, batch, NULL);
}

void unet_predictor_destroy(unet_predictor *predictor) {
  if (!predictor) return;
  unet_executor_destroy(predictor->executor);
  unet_network_destroy(&predictor->network);
  unet_model_destroy(predictor->described);
  free(predictor->images);
  free(predictor->planes);
  free(predictor->map);
  free(predictor->turned);
  free(predictor->turned_map);
  free(predictor);
}

float unet_predictor_threshold(const unet_predictor *predictor) { return predictor->threshold; }

size_t unet_predictor_min_area(const unet_predictor *predictor) { return predictor->min_area; }

const unet_model *unet_predictor_model(const unet_predictor *predictor) { return predictor->described; }

const unet_device *unet_predictor_device(const unet_predictor *predictor) { return predictor->device; }

bool unet_predictor_tta(const unet_predictor *predictor) { return predictor->turned; }

static unet_status run_batch(unet_predictor *predictor, const uint16_t *planes, size_t n,
                             float *probability) {
  size_t values = n * predictor->architecture.channels * pixels_of(predictor);
  for (size_t i = 0; i < values; i++) predictor->images[i] = (float)planes[i] / 65535.0f;
  UNET_TRY(unet_executor_send(predictor->executor, predictor->network.images, predictor->images, n));
  UNET_TRY(unet_executor_run(predictor->executor, UNET_RUN_FORWARD, n));
  UNET_TRY(unet_executor_read(predictor->executor, predictor->network.probability, probability, n));
  for (size_t i = 0; i < n * pixels_of(predictor); i++) {
    if (!(probability[i] >= 0.0f && probability[i] <= 1.0f)) { /* NaN too: it must not pass for good */
      return unet_fail(UNET_BAD_INPUT,
                       "the model gives %g for a pixel, which is no probability; its weights are too large, "
                       "train it anew",
                       (double)probability[i]);
    }
  }
  return UNET_OK;
}

/* --- symmetries --------------------------------------------------------------------------------------- */

unet_status unet_predictor_set_tta(unet_predictor *predictor, bool on) {
  const size_t pixels = pixels_of(predictor) * predictor->batch;
  free(predictor->turned);
  free(predictor->turned_map);
  predictor->turned = NULL;
  predictor->turned_map = NULL;
  if (!on) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&predictor->turned, pixels * predictor->architecture.channels,
                            sizeof *predictor->turned));
  return unet_alloc_array((void *)&predictor->turned_map, pixels, sizeof *predictor->turned_map);
}

/* Adds the map of one symmetry of n images, turned back. */
static unet_status add_symmetry(unet_predictor *predictor, size_t symmetry, const uint16_t *planes, size_t n,
                                float *sums) {
  const unet_architecture *a = &predictor->architecture;
  const size_t pixels = pixels_of(predictor);
  for (size_t i = 0; i < pixels; i++) {
    const size_t source = unet_symmetry_source(symmetry, i, a->height, a->width);
    for (size_t plane = 0; plane < n * a->channels; plane++)
      predictor->turned[plane * pixels + i] = planes[plane * pixels + source];
  }
  UNET_TRY(run_batch(predictor, predictor->turned, n, predictor->turned_map));
  for (size_t i = 0; i < pixels; i++) {
    const size_t source = unet_symmetry_source(symmetry, i, a->height, a->width);
    for (size_t k = 0; k < n; k++) sums[k * pixels + source] += predictor->turned_map[k * pixels + i];
  }
  return UNET_OK;
}

static unet_status run_symmetries(unet_predictor *predictor, const uint16_t *planes, size_t n,
                                  float *probability) {
  const size_t values = n * pixels_of(predictor);
  const size_t count = unet_symmetry_count(predictor->architecture.height, predictor->architecture.width);
  memset(probability, 0, values * sizeof *probability);
  for (size_t k = 0; k < count; k++) UNET_TRY(add_symmetry(predictor, k, planes, n, probability));
  for (size_t i = 0; i < values; i++) probability[i] /= (float)count;
  return UNET_OK;
}

unet_status unet_predictor_run(unet_predictor *predictor, const uint16_t *planes, size_t count,
                               float *probability) {
  size_t pixels = pixels_of(predictor), image = predictor->architecture.channels * pixels;
  for (size_t done = 0; done < count; done += predictor->batch) {
    size_t n = count - done < predictor->batch ? count - done : predictor->batch;
    UNET_TRY((predictor->turned ? run_symmetries : run_batch)(predictor, planes + done * image, n,
                                                              probability + done * pixels));
  }
  return UNET_OK;
}

/* --- pictures at their own size ------------------------------------------------------------------------ */

unet_status unet_predictor_image(unet_predictor *predictor, const unet_image *image, uint16_t *map) {
  const unet_architecture *a = &predictor->architecture;
  const size_t height = image->height, width = image->width;
  float *large = NULL;
  if (predictor->tiles) return unet_predict_windows(map, predictor, a, predictor->batch, image);
  UNET_TRY(unet_image_to_planes(predictor->planes, a->channels, a->height, a->width, image));
  UNET_TRY(unet_predictor_run(predictor, predictor->planes, 1, predictor->map));
  UNET_TRY(unet_alloc_array((void *)&large, height * width, sizeof *large));
  unet_status status = unet_resize_planes(large, height, width, predictor->map, a->height, a->width, 1);
  for (size_t i = 0; i < height * width && status == UNET_OK; i++)
    map[i] = (uint16_t)(large[i] * 65535.0f + 0.5f);
  free(large);
  return status;
}

unet_status unet_predictor_judge(const unet_predictor *predictor, const uint16_t *map, size_t height,
                                 size_t width, uint8_t *defect, unet_regions *regions) {
  return unet_map_judge(regions, defect, map, height, width, predictor->threshold, predictor->min_area);
}

/* --- frames ------------------------------------------------------------------------------------------- */

/* *map = the frame's probability map (height x width); the caller frees it. */
static unet_status map_frame(uint16_t **map, unet_predictor *predictor, const uint8_t *rgb, size_t width,
                             size_t height, size_t stride) {
  uint16_t *found = NULL;
  unet_image frame = {0};
  UNET_TRY(unet_image_make(&frame, width, height, 3, 8));
  for (size_t y = 0; y < height; y++) {
    for (size_t x = 0; x < width * 3; x++)
      frame.samples[y * width * 3 + x] = (uint16_t)(rgb[y * stride + x] * 257);
  }
  unet_status status = unet_alloc_array((void *)&found, height * width, sizeof *found);
  if (status == UNET_OK) status = unet_predictor_image(predictor, &frame, found);
  unet_image_free(&frame);
  if (status != UNET_OK) {
    free(found);
    return status;
  }
  *map = found;
  return UNET_OK;
}

/* `mask` and `regions` of the frame; either may be NULL. */
static unet_status judge_frame(const unet_predictor *predictor, const uint16_t *map, size_t height,
                               size_t width, uint8_t *mask, unet_regions *regions) {
  uint8_t *defect = NULL;
  unet_regions none = {0};
  if (!mask && !regions) return UNET_OK;
  UNET_TRY(unet_alloc_array((void *)&defect, height * width, sizeof *defect));
  unet_status status = unet_predictor_judge(predictor, map, height, width, defect, regions ? regions : &none);
  for (size_t i = 0; mask && i < height * width && status == UNET_OK; i++) mask[i] = defect[i] ? 255 : 0;
  unet_regions_free(&none);
  free(defect);
  return status;
}

unet_status unet_predict_frame(unet_predictor *predictor, const uint8_t *rgb, size_t width, size_t height,
                               size_t stride, float *probability, uint8_t *mask, unet_regions *regions) {
  if (width == 0 || height == 0 || stride / 3 < width) {
    return unet_fail(UNET_USAGE, "a frame of %zux%zu pixels with rows of %zu bytes makes no sense", width,
                     height, stride);
  }
  uint16_t *map = NULL;
  if (regions) regions->count = 0;
  UNET_TRY(map_frame(&map, predictor, rgb, width, height, stride));
  unet_status status = judge_frame(predictor, map, height, width, mask, regions);
  for (size_t i = 0; probability && i < height * width && status == UNET_OK; i++)
    probability[i] = (float)map[i] / 65535.0f;
  free(map);
  return status;
}
