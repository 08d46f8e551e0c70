/* A small data set and short runs on it, for the tests of training. */
#ifndef UNETCL_TESTS_TRAIN_CASE_H
#define UNETCL_TESTS_TRAIN_CASE_H

#include <stdint.h>

#include "check_main.h"
#include "unetcl/train.h"

enum { TRAIN_CASE_IMAGES = 10, TRAIN_CASE_SIDE = 32, TRAIN_CASE_EPOCHS = 4 };

/* A fresh folder with images/ and masks/: ten grey pictures of 32x32 with a bright box on noise. */
void train_case_make(void);
void train_case_remove(void);

/* Adds the pictures `first` to `end` without a box, whose masks are empty. */
void train_case_good(uint32_t first, uint32_t end);

/* *path = a name in that folder; valid until 16 more were asked for. */
const char *train_case_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A tiny network on them, 4 epochs, 8 images in batches of 3, 2 held out; the run in folder `name`. */
unet_train_options train_case_options(const char *name);

/* The two files hold the same bytes. */
void train_case_same(const char *a, const char *b);

/* Lines of a text file, heading included. */
size_t train_case_lines(const char *path);

/* Trains and wants success. */
void train_case_train(unet_device *device, const unet_train_options *options);

/* Callbacks that stop after so many steps of the call. */
unet_train_callbacks train_case_stop_after(size_t steps);

#endif
