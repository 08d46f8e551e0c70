/* For programs that take OC_T channels of a result at a time. */
#ifndef CHANNEL_BLOCK_CL
#define CHANNEL_BLOCK_CL

/* Channels in registers. */
#ifndef OC_T
#define OC_T 8
#endif

/* A value for each of them. */
typedef UNET_PASTE(float, OC_T) outputs;
#define LOAD_OUTPUTS(p) UNET_PASTE(vload, OC_T)(0, p)
#define STORE_OUTPUTS(v, p) UNET_PASTE(vstore, OC_T)(v, 0, p)

#endif
