/* Augmentation: each time an image is trained on, it is seen warped, recoloured and noised anew. */
#ifndef UNETCL_AUGMENT_H
#define UNETCL_AUGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unetcl/device.h"
#include "unetcl/status.h"

/* Mirror images: of each kind half of the images get one. */
typedef enum unet_flip {
  UNET_FLIP_NONE = 0,
  UNET_FLIP_HORIZONTAL = 1, /* left and right change places */
  UNET_FLIP_VERTICAL = 2,
  UNET_FLIP_BOTH = 3
} unet_flip;

/* "none", "h", "v", "both"; ends with NULL. */
UNET_API extern const char *const unet_flip_names[];

/* How far each effect may go; 0 leaves it out. Unless said otherwise an image's value is uniform in
 * [-limit, limit]. Image and mask are warped alike. */
typedef struct unet_augment_options {
  unet_flip flip;
  double rotate;     /* degrees, up to 180 */
  double scale;      /* 0.2: times 0.8 to 1 / 0.8, log-uniform */
  double shift;      /* share of the side, along each axis */
  double shear;      /* degrees */
  double elastic;    /* share of the side by which the knots of the elastic grid move */
  double brightness; /* added; images are in [0,1] */
  double contrast;   /* about 0.5: 0.2 is times 0.8 to 1 / 0.8, log-uniform */
  double gamma;      /* exponent: as contrast */
  double hue;        /* degrees about the grey axis; not for grey networks */
  double saturation; /* 0.2: distance from grey times 0.8 to 1.2; not for grey networks */
  double blur;       /* Gaussian's deviation in pixels: a quarter of the images, uniform in [0, blur] */
  double noise;      /* Gaussian's deviation, each value its own: uniform in [0, noise] */
} unet_augment_options;

/* *out = what "none" (all zero), "light" or "strong" stands for; UNET_USAGE for another name. */
UNET_API unet_status unet_augment_preset(unet_augment_options *out, const char *name);

/* Whether any effect is on. */
UNET_API bool unet_augment_is_on(const unet_augment_options *options);

/* UNET_USAGE, naming the option of the command line, when a limit makes no sense. */
UNET_API unet_status unet_augment_check(const unet_augment_options *options);

/* One picture and what a network of (channels, size, size) sees of it in training. */
typedef struct unet_augment_sheet_options {
  unet_augment_options augment;
  const char *image, *mask; /* files; mask NULL: none */
  int mask_threshold;       /* as in unet_dataset_options; -1 by default */
  const char *folder;       /* where the sheet goes; made where it is missing */
  size_t count;             /* augmentations, 1 to 1000 */
  size_t size, channels;    /* 1 to 4096; 1 or 3 */
  uint64_t seed;
  bool tile; /* windows at the picture's own scale, as unet_train draws them with tile */
} unet_augment_sheet_options;

/* Writes FOLDER/STEM_augmented.png, STEM being the image's name without its extension: a grid of the picture
 * as it is and of its augmentations (with tile of windows of it), the mask outlined and tinted. *path = the
 * file; the caller frees it. UNET_USAGE for the image's own folder, UNET_BAD_INPUT for an image or a mask
 * that cannot be read, or of another size than its image. */
UNET_API unet_status unet_augment_sheet(char **path, unet_device *device,
                                        const unet_augment_sheet_options *options);

#endif
