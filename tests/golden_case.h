/*
 * Golden cases: what real Keras computes for the network, read from tests/golden/NAME.json,
 * and the formula that makes the same parameters, images and masks on both sides.
 * Plain C11 and jansson: no device, nothing of the library.
 *
 * Use, for a network built with the case's filters, channels, height and width:
 *
 *   golden_case *golden = NULL;
 *   char why[256];
 *   ck_assert_msg(golden_case_load(&golden, GOLDEN_ARTICLE, why, sizeof why), "%s", why);
 *   for each tensor t: golden_fill_parameter(golden, t, values); give them to the network by tensors[t].name
 *   golden_fill_images(golden, images); golden_fill_masks(golden, masks);
 *   one forward and backward pass: compare the map, loss, bce, dice;
 *     golden_compare(&golden->tensors[t].gradient, gradient)
 *   GOLDEN_STEPS Adam steps from the start: golden_compare(&golden->tensors[t].weights, values),
 *     and with the start taken off (values - golden_fill_parameter's): &golden->tensors[t].change
 *
 * Errors of two right float32 implementations: map 1.2e-6, loss 4e-8; the worst of gradient, weights and
 * change 7e-6, 2e-6 and 5e-5. A bias-corrected epsilon in Adam shows 3e-3 in the weights, 0.1 in the change.
 */
#ifndef UNETCL_TESTS_GOLDEN_CASE_H
#define UNETCL_TESTS_GOLDEN_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GOLDEN_ARTICLE UNETCL_SOURCE_DIR "/tests/golden/article.json"
#define GOLDEN_SMALL UNETCL_SOURCE_DIR "/tests/golden/small.json"

enum { GOLDEN_PROJECTIONS = 8, GOLDEN_SAMPLES = 64, GOLDEN_STEPS = 5, GOLDEN_MAX_FILTERS = 8 };

/* What is kept of one float64 tensor of `count` elements, seen as a flat array. */
typedef struct golden_record {
  size_t count;
  double norm;                            /* L2 */
  double projections[GOLDEN_PROJECTIONS]; /* sum of x[i] * golden_uniform(projection stream k, i) */
  size_t sample_count;                    /* GOLDEN_SAMPLES, or count where that is less */
  double samples[GOLDEN_SAMPLES];         /* x[golden_sample_index(count, k)] */
} golden_record;

typedef struct golden_tensor {
  char name[32];   /* as in the model file, e.g. enc1.conv1.weight */
  size_t rank;     /* 4 for weights, 1 for biases */
  size_t shape[4]; /* PyTorch's layout: (out,in,kh,kw), of dec*.up (in,out,kh,kw) */
  size_t count;
  golden_record gradient; /* of the loss, at the start */
  golden_record weights;  /* after GOLDEN_STEPS Adam steps on the same batch */
  golden_record change;   /* weights minus the start: far sharper than weights */
} golden_tensor;

typedef struct golden_case {
  size_t filters[GOLDEN_MAX_FILTERS], filter_count;
  size_t channels, batch, height, width;
  double gain; /* the weights' scale, in Glorot limits */
  double learning_rate, epsilon;
  double loss, bce, dice;               /* before the first step */
  double step_losses[GOLDEN_STEPS + 1]; /* [k]: after k steps */
  double *probability;                  /* (N,1,H,W), golden_map_size() values rounded to 1e-9 */
  golden_tensor *tensors;               /* in the order of the model file */
  size_t tensor_count;
  /* Figures of the formula, made by the Python side, for check_golden_case.c. */
  uint32_t hashes[4][3]; /* stream, index, hash */
  double image_sum;      /* of images x 65536: a whole number */
  double image_projection;
  size_t *mask_pixels;     /* per image */
  double *last_parameters; /* the last element of each tensor */
} golden_case;

/* How far an array lies from a record. Each error is relative: of the norm and of the projections to the
   golden norm, of a sample to the golden root mean square (norm / sqrt(count)), so it sees one bad element.
 */
typedef struct golden_error {
  double norm, projection, sample;
  double worst;    /* the largest of the three */
  char where[160]; /* the three errors and the place of the worst sample, for the test's message */
} golden_error;

/* *out = the case of this file, to be freed by golden_case_free; false with a message in `why` on a failure.
 */
bool golden_case_load(golden_case **out, const char *path, char *why, size_t why_size);
void golden_case_free(golden_case *golden);

/* The formula. A hash, and a value in [-1,1) of 24 bits that float32 holds exactly. */
uint32_t golden_hash(uint32_t stream, uint32_t index);
double golden_uniform(uint32_t stream, uint32_t index);
size_t golden_sample_index(size_t count, size_t k);

/* Elements of the probability map and of the masks, N*H*W; of the images, N*C*H*W. */
size_t golden_map_size(const golden_case *golden);
size_t golden_image_size(const golden_case *golden);

/* values[tensors[t].count] = the start value of tensor t. */
void golden_fill_parameter(const golden_case *golden, size_t t, float *values);
/* values = the images (N,C,H,W) in [0,1). */
void golden_fill_images(const golden_case *golden, float *values);
/* values = the masks (N,1,H,W), 0 or 1; those of every third image are all 0. */
void golden_fill_masks(const golden_case *golden, float *values);

/* values[record->count] against the record. NaN and infinity give an infinite worst. */
golden_error golden_compare(const golden_record *record, const float *values);
/* The largest |values - probability| over the map and where it is; infinite for NaN. */
double golden_compare_map(const golden_case *golden, const float *values, size_t *where);

#endif
