/* The whole public C API of unetcl. */
#ifndef UNETCL_UNETCL_H
#define UNETCL_UNETCL_H

#include "unetcl/augment.h"
#include "unetcl/bench.h"
#include "unetcl/crossval.h"
#include "unetcl/dataset.h"
#include "unetcl/device.h"
#include "unetcl/evaluate.h"
#include "unetcl/graph.h"
#include "unetcl/model.h"
#include "unetcl/predict.h"
#include "unetcl/recipe.h"
#include "unetcl/status.h"
#include "unetcl/synth.h"
#include "unetcl/train.h"
#include "unetcl/tune.h"

#endif
