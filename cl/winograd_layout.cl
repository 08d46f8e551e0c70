/* How Winograd's transformed kernels, and the sums of their gradient, lie in memory: in blocks of results, a
 * block by components, each in channels of OC_T results. */
#ifndef WINOGRAD_LAYOUT_CL
#define WINOGRAD_LAYOUT_CL

#include "channel_block.cl"

#define COMPONENTS 24

/* Floats from one component of a block to the next. Seldom a power of two: cache lines of the 24 components
 * would all want the same few places. */
#define COMPONENT_FLOATS(channels) (((channels) + 2) * OC_T)

/* The floats of all components, for so many blocks: of a block's first, seen from block 0. */
#define BLOCKS_FLOATS(blocks, channels) ((ulong)(blocks)*COMPONENTS * COMPONENT_FLOATS(channels))

#endif
