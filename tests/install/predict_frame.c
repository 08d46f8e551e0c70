/* Marks defects in a frame that is in memory, with the installed library.    predict_frame MODEL */
#include <stdio.h>
#include <stdlib.h>
#include <unetcl/unetcl.h>

enum { WIDTH = 640, HEIGHT = 480 };

/* What a camera would deliver: 8-bit RGB, rows of WIDTH * 3 bytes. */
static void take_frame(uint8_t *rgb) {
  for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 3; i++) rgb[i] = (uint8_t)(i / 3 % WIDTH * 255 / WIDTH);
}

static unet_status mark(const char *model_path, const uint8_t *rgb, float *probability, uint8_t *mask,
                        unet_regions *regions) {
  unet_device *device = NULL;
  unet_model *model = NULL;
  unet_predictor *predictor = NULL;
  unet_status status = unet_device_open(&device, NULL, NULL);
  if (status == UNET_OK) status = unet_model_load(&model, model_path);
  if (status == UNET_OK) status = unet_predictor_create(&predictor, device, model, 1);
  if (status == UNET_OK)
    status = unet_predict_frame(predictor, rgb, WIDTH, HEIGHT, (size_t)WIDTH * 3, probability, mask, regions);
  unet_predictor_destroy(predictor);
  unet_model_destroy(model);
  unet_device_close(device);
  return status;
}

int main(int argc, char **argv) {
  static uint8_t rgb[WIDTH * HEIGHT * 3], mask[WIDTH * HEIGHT];
  static float probability[WIDTH * HEIGHT];
  unet_regions regions = {0}; /* would be filled again for the next frame */
  take_frame(rgb);
  if (argc != 2 || mark(argv[1], rgb, probability, mask, &regions) != UNET_OK) {
    fprintf(stderr, "predict_frame: %s\n", argc == 2 ? unet_last_error() : "usage: predict_frame MODEL");
    return EXIT_FAILURE;
  }
  size_t defect = 0;
  float most = 0.0f;
  for (size_t i = 0; i < (size_t)WIDTH * HEIGHT; i++) {
    defect += mask[i] > 0;
    if (probability[i] > most) most = probability[i];
  }
  printf("unetcl %s: %zu of %d pixels are defect, the highest probability is %.3f\n", unet_version(), defect,
         WIDTH * HEIGHT, (double)most);
  for (size_t i = 0; i < regions.count; i++) {
    const unet_region *r = &regions.items[i];
    printf("region %zu: %zux%zu pixels at %zu,%zu, area %zu, score %.3f\n", i + 1, r->width, r->height, r->x,
           r->y, r->area, r->score);
  }
  printf("verdict: %s\n", regions.count ? "NG" : "OK");
  unet_regions_free(&regions);
  return EXIT_SUCCESS;
}
