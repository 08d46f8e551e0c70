/* A tiny network whose answer is known: bright is defect. */
#ifndef UNETCL_TESTS_BRIGHT_MODEL_H
#define UNETCL_TESTS_BRIGHT_MODEL_H

#include "unetcl/model.h"

enum { BRIGHT_SIDE = 16 };

/* A model at BRIGHT_SIDE x BRIGHT_SIDE that gives sigmoid(20 (x - 0.5)) for a pixel of value x (of the first
 * channel) in [0,1]: no pixel looks at another. Its threshold is 0.5. */
unet_model *make_bright_model(size_t channels);

#endif
