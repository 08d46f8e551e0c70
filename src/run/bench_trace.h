/* The launches of the bench as a timeline that trace viewers show. */
#ifndef UNETCL_RUN_BENCH_TRACE_H
#define UNETCL_RUN_BENCH_TRACE_H

#include "run/bench_ops.h"

/* *json (the caller frees it) = the profile in the JSON object form of the Trace Event Format
 * (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU): a complete event for
 * each launch, microseconds from the first one on. */
unet_status unet_bench_format_trace(char **json, const unet_bench_profile *profile, const char *device);

#endif
