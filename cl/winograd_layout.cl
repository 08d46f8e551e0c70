/* How Winograd's transformed kernels, and the sums of their gradient, lie in memory: component by component,
 * each in blocks of OC_T results, a block in channels. */
#ifndef WINOGRAD_LAYOUT_CL
#define WINOGRAD_LAYOUT_CL

#include "channel_block.cl"

#define COMPONENTS 24

/* Floats from one component to the next. Seldom a power of two: cache lines of the 24 components would all
 * want the same few places. */
#define COMPONENT_FLOATS(blocks, channels) (((ulong)(blocks) * (channels) + 2) * OC_T)

#endif
