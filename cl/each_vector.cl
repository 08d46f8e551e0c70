/* For programs whose work-items take turns along the `count` floats of an image. Axis 0: groups of LS
 * work-items, a group covers `run` * LS vectors; axis 1: images. */
#ifndef EACH_VECTOR_CL
#define EACH_VECTOR_CL

#define FIRST_VECTOR ((int)(get_group_id(0) * run * LS + get_local_id(0)) * VW)
#define LAST_VECTOR min((int)((get_group_id(0) + 1) * run * LS) * VW, count)
#define IMAGE(offset, stride) ((offset) + get_global_id(1) * (ulong)(stride))

#endif
