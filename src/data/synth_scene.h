/* What one synthetic picture shows: every random choice, made before a pixel is drawn. */
#ifndef UNETCL_DATA_SYNTH_SCENE_H
#define UNETCL_DATA_SYNTH_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct unet_point {
  float x, y;
} unet_point;

/* Display values, 0 black to 1 white. */
typedef struct unet_color {
  float r, g, b;
} unet_color;

/* In the order of the folders' names. */
typedef enum unet_synth_kind {
  UNET_SYNTH_BENT,
  UNET_SYNTH_COLOR,
  UNET_SYNTH_FLIP,
  UNET_SYNTH_SCRATCH,
  UNET_SYNTH_GOOD
} unet_synth_kind;

enum { UNET_SYNTH_ARMS = 4, UNET_SYNTH_STROKES = 10 };

/* The part and the camera. Lengths without a unit are shares of the part's outer radius ("radii"), in a
 * frame with the part's centre at the origin. */
typedef struct unet_synth_part {
  unet_point centre;            /* pixels */
  float radius;                 /* pixels */
  float turn_x, turn_y;         /* cosine and sine of the part's rotation */
  bool flipped;                 /* seen from the other side: mirrored, other surface */
  float notch[UNET_SYNTH_ARMS]; /* how deep each notch reaches, as its distance from the centre */
  float hole;                   /* radius of the bore */
  unet_point ring;              /* the turned rings are a little off the centre */
  unet_point light;             /* direction towards the lamp, in the picture's plane, length 1 */
  unet_point slope;             /* brightness gradient across the picture */
  float exposure, wear, shine, blur, grain;
  unet_color metal, ground;
  uint32_t salt; /* of the textures */
} unet_synth_part;

/* A prong of the part pushed out into a notch: a triangle in the notch's frame (see unet_synth_to_notch). */
typedef struct unet_synth_prong {
  bool shown;
  unet_point corner[3];
  float brightness;
} unet_synth_prong;

/* An arm folded along a line: what lies beyond is seen shortened and tilted against the light. */
typedef struct unet_synth_fold {
  bool shown;
  unet_point outward; /* normal of the line, away from the centre, length 1 */
  float distance;     /* of the line from the centre */
  float shortening;   /* seen length / true length */
  float shear;
  float brightness; /* factor beyond the line */
} unet_synth_fold;

typedef struct unet_synth_stain {
  bool shown;
  unet_point centre, axis; /* axis has length 1 */
  float radius, stretch;
  unet_color color;
  float opacity;
  uint32_t salt;
} unet_synth_stain;

typedef struct unet_synth_scratch {
  bool shown;
  unet_point centre, along; /* along has length 1 */
  float bend;               /* curvature: sideways shift per length squared */
  size_t count;
  struct {
    float start, end, side, half_width, brightness;
  } stroke[UNET_SYNTH_STROKES];
  float bed_half_width, bed_half_length; /* the scraped patch under the strokes; 0: none */
  uint32_t salt;
} unet_synth_scratch;

typedef struct unet_synth_scene {
  size_t size; /* of the picture, in pixels */
  unet_synth_part part;
  unet_synth_prong prong[UNET_SYNTH_ARMS];
  unet_synth_fold fold;
  unet_synth_stain stain;
  unet_synth_scratch scratch;
} unet_synth_scene;

/* Image `index` of the data set of this seed. Good, bent, colour and scratch scenes of one (seed, index)
 * show the same part and differ in the defect alone. */
void unet_synth_draw(unet_synth_scene *scene, size_t size, uint64_t seed, uint32_t index,
                     unet_synth_kind kind);

#endif
