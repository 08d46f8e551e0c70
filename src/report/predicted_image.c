#include "report/predicted_image.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/path.h"
#include "metrics/image_score.h"
#include "report/overlay.h"

enum { MASK, MAP, OVERLAY };
const char *const unet_predicted_endings[UNET_PREDICTED_ENDINGS] = {"mask", "prob", "overlay"};

/* --- what is found ------------------------------------------------------------------------------------ */

/* Fills mask and result from the map. */
static unet_status judge(unet_predicted_image *p, const unet_predictor *predictor) {
  const size_t pixels = p->map.width * p->map.height;
  unet_prediction *result = &p->result;
  uint16_t most = 0;
  UNET_TRY(unet_predictor_judge(predictor, p->map.samples, p->map.height, p->map.width, p->defect,
                                &result->regions));
  for (size_t i = 0; i < pixels; i++) {
    p->mask.samples[i] = p->defect[i] ? 65535 : 0;
    result->defect_pixels += p->defect[i];
    if (p->map.samples[i] > most) most = p->map.samples[i];
  }
  result->defect_share = (double)result->defect_pixels / (double)pixels;
  result->max_probability = (double)most / 65535.0;
  result->verdict = result->regions.count ? "NG" : "OK";
  return unet_image_score(&result->score, p->map.samples, p->map.height, p->map.width);
}

unet_status unet_predicted_image_mark(unet_predicted_image *out, unet_predictor *predictor,
                                      const char *path) {
  const size_t width = out->image.width, height = out->image.height;
  out->result.image = path;
  UNET_TRY(unet_image_make(&out->map, width, height, 1, 16));
  UNET_TRY(unet_image_make(&out->mask, width, height, 1, 8));
  UNET_TRY(unet_alloc_array((void *)&out->defect, width * height, 1));
  UNET_TRY(unet_predictor_image(predictor, &out->image, out->map.samples));
  return judge(out, predictor);
}

void unet_predicted_image_free(unet_predicted_image *predicted) {
  unet_regions_free(&predicted->result.regions);
  free(predicted->defect);
  unet_image_free(&predicted->mask);
  unet_image_free(&predicted->map);
  unet_image_free(&predicted->image);
  *predicted = (unet_predicted_image){0};
}

/* --- as files ----------------------------------------------------------------------------------------- */

typedef struct writing {
  const unet_predicted_image *predicted;
  const char *folder, *target;
} writing;

static unet_status write_picture(const writing *w, size_t ending, const unet_image *picture) {
  char *path = NULL;
  UNET_TRY(unet_format_text(&path, "%s/%s_%s.png", w->folder, w->target, unet_predicted_endings[ending]));
  unet_status status = unet_image_write_png(picture, path);
  free(path);
  return status;
}

/* Compressing takes as long as predicting, so each picture may have a core of its own. */
static unet_status write_one(void *user, size_t ending) {
  const writing *w = user;
  if (ending == MASK) return write_picture(w, ending, &w->predicted->mask);
  if (ending == MAP) return write_picture(w, ending, &w->predicted->map);
  unet_image overlay = {0};
  UNET_TRY(unet_overlay_draw(&overlay, &w->predicted->image, w->predicted->defect, NULL));
  unet_status status = write_picture(w, ending, &overlay);
  unet_image_free(&overlay);
  return status;
}

unet_status unet_predicted_image_write(const unet_predicted_image *predicted, const char *folder,
                                       const char *target) {
  const char *name = unet_path_name(target);
  writing w = {predicted, folder, target};
  char *own_folder = NULL, *missing = NULL;
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(done, unet_format_text(&own_folder, "%s/%.*s", folder, (int)(name - target), target));
  UNET_TRY_GOTO(done, unet_path_first_missing(&missing, own_folder));
  UNET_TRY_GOTO(done, unet_make_folders(own_folder));
  UNET_TRY_GOTO(done, unet_parallel_for(UNET_PREDICTED_ENDINGS, write_one, &w));
done:
  if (status != UNET_OK && own_folder) unet_remove_made_folders(own_folder, missing);
  free(own_folder);
  free(missing);
  return status;
}
