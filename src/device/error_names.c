#include <stdio.h>

#include "device/internal.h"

#define NAMED(code) \
  { code, #code }

/* The codes of OpenCL 1.2 and of the ICD loader. */
static const struct {
  cl_int code;
  const char *name;
} names[] = {NAMED(CL_SUCCESS),
             NAMED(CL_DEVICE_NOT_FOUND),
             NAMED(CL_DEVICE_NOT_AVAILABLE),
             NAMED(CL_COMPILER_NOT_AVAILABLE),
             NAMED(CL_MEM_OBJECT_ALLOCATION_FAILURE),
             NAMED(CL_OUT_OF_RESOURCES),
             NAMED(CL_OUT_OF_HOST_MEMORY),
             NAMED(CL_PROFILING_INFO_NOT_AVAILABLE),
             NAMED(CL_MEM_COPY_OVERLAP),
             NAMED(CL_IMAGE_FORMAT_MISMATCH),
             NAMED(CL_IMAGE_FORMAT_NOT_SUPPORTED),
             NAMED(CL_BUILD_PROGRAM_FAILURE),
             NAMED(CL_MAP_FAILURE),
             NAMED(CL_MISALIGNED_SUB_BUFFER_OFFSET),
             NAMED(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST),
             NAMED(CL_COMPILE_PROGRAM_FAILURE),
             NAMED(CL_LINKER_NOT_AVAILABLE),
             NAMED(CL_LINK_PROGRAM_FAILURE),
             NAMED(CL_DEVICE_PARTITION_FAILED),
             NAMED(CL_KERNEL_ARG_INFO_NOT_AVAILABLE),
             NAMED(CL_INVALID_VALUE),
             NAMED(CL_INVALID_DEVICE_TYPE),
             NAMED(CL_INVALID_PLATFORM),
             NAMED(CL_INVALID_DEVICE),
             NAMED(CL_INVALID_CONTEXT),
             NAMED(CL_INVALID_QUEUE_PROPERTIES),
             NAMED(CL_INVALID_COMMAND_QUEUE),
             NAMED(CL_INVALID_HOST_PTR),
             NAMED(CL_INVALID_MEM_OBJECT),
             NAMED(CL_INVALID_IMAGE_FORMAT_DESCRIPTOR),
             NAMED(CL_INVALID_IMAGE_SIZE),
             NAMED(CL_INVALID_SAMPLER),
             NAMED(CL_INVALID_BINARY),
             NAMED(CL_INVALID_BUILD_OPTIONS),
             NAMED(CL_INVALID_PROGRAM),
             NAMED(CL_INVALID_PROGRAM_EXECUTABLE),
             NAMED(CL_INVALID_KERNEL_NAME),
             NAMED(CL_INVALID_KERNEL_DEFINITION),
             NAMED(CL_INVALID_KERNEL),
             NAMED(CL_INVALID_ARG_INDEX),
             NAMED(CL_INVALID_ARG_VALUE),
             NAMED(CL_INVALID_ARG_SIZE),
             NAMED(CL_INVALID_KERNEL_ARGS),
             NAMED(CL_INVALID_WORK_DIMENSION),
             NAMED(CL_INVALID_WORK_GROUP_SIZE),
             NAMED(CL_INVALID_WORK_ITEM_SIZE),
             NAMED(CL_INVALID_GLOBAL_OFFSET),
             NAMED(CL_INVALID_EVENT_WAIT_LIST),
             NAMED(CL_INVALID_EVENT),
             NAMED(CL_INVALID_OPERATION),
             NAMED(CL_INVALID_GL_OBJECT),
             NAMED(CL_INVALID_BUFFER_SIZE),
             NAMED(CL_INVALID_MIP_LEVEL),
             NAMED(CL_INVALID_GLOBAL_WORK_SIZE),
             NAMED(CL_INVALID_PROPERTY),
             NAMED(CL_INVALID_IMAGE_DESCRIPTOR),
             NAMED(CL_INVALID_COMPILER_OPTIONS),
             NAMED(CL_INVALID_LINKER_OPTIONS),
             NAMED(CL_INVALID_DEVICE_PARTITION_COUNT),
             {-1001, "CL_PLATFORM_NOT_FOUND_KHR"}};

const char *unet_cl_error_name(cl_int code) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (names[i].code == code) return names[i].name;
  }
  return "unknown OpenCL error";
}

bool unet_cl_is_out_of_memory(cl_int code) {
  return code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_RESOURCES ||
         code == CL_OUT_OF_HOST_MEMORY || code == CL_INVALID_BUFFER_SIZE;
}

unet_status unet_cl_check(const unet_device *device, cl_int code, const char *what) {
  if (code == CL_SUCCESS) return UNET_OK;
  const char *name = device ? device->info.name : "OpenCL";
  if (unet_cl_is_out_of_memory(code)) {
    return unet_fail(
        UNET_NO_RESOURCE,
        "%s: %s failed: out of memory (%s %d); use a smaller batch or image size, or a device with "
        "more memory",
        name, what, unet_cl_error_name(code), code);
  }
  return unet_fail(UNET_NO_DEVICE, "%s: %s failed (%s %d); try another device or update its driver", name,
                   what, unet_cl_error_name(code), code);
}
