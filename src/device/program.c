#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "device/internal.h"
#include "device/source.h"

/* *log = what the compiler said; the caller frees it. */
static unet_status read_log(char **log, const unet_device *device, cl_program program) {
  size_t size = 0;
  if (clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) != CL_SUCCESS)
    size = 0;
  UNET_TRY(unet_alloc_array((void *)log, size + 1, 1));
  if (size) clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, size, *log, NULL);
  return UNET_OK;
}

static void write_numbered(FILE *stream, const char *source) {
  for (size_t number = 1; *source; number++) {
    size_t length = strcspn(source, "\n");
    fprintf(stream, "%5zu | %.*s\n", number, (int)length, source);
    source += length + (source[length] == '\n');
  }
}

static void attach_details(const char *options, const char *log, const char *source) {
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  if (!stream) return;
  fprintf(stream, "options: %s\nlog:\n%s\nsource:\n", options, log ? log : "");
  write_numbered(stream, source);
  fclose(stream);
  if (text) unet_fail_details(text);
  free(text);
}

static unet_status report_failed_build(const unet_device *device, const unet_kernel_spec *spec,
                                       const char *options, cl_program program, const char *source,
                                       cl_int code) {
  char *log = NULL;
  if (read_log(&log, device, program) != UNET_OK) log = NULL;
  unet_status status =
      unet_fail(UNET_NO_DEVICE,
                "%s: %s.cl does not build with \"%s\" (%s); try another device or update its "
                "driver",
                device->info.name, spec->file, options, unet_cl_error_name(code));
  attach_details(options, log, source);
  free(log);
  return status;
}

static unet_status build(cl_program *out, const unet_device *device, const unet_kernel_spec *spec) {
  char *options = NULL, *source = NULL;
  cl_program program = NULL;
  cl_int code = CL_SUCCESS;
  unet_status status = UNET_OK;
  const char *own = spec->options ? spec->options : "";
  UNET_TRY_GOTO(end, unet_source_load(&source, spec->file));
  UNET_TRY_GOTO(end, unet_format_text(&options, "-cl-std=CL1.2%s%s", *own ? " " : "", own));
  program = clCreateProgramWithSource(device->context, 1, (const char *[]){source}, NULL, &code);
  UNET_TRY_GOTO(end, unet_cl_check(device, code, "making a program"));
  code = clBuildProgram(program, 1, &device->id, options, NULL, NULL);
  if (code != CL_SUCCESS) {
    status = report_failed_build(device, spec, options, program, source, code);
    goto end;
  }
  *out = program;
  program = NULL;
end:
  if (program) clReleaseProgram(program);
  free(options);
  free(source);
  return status;
}

static unet_status add_program(unet_device *device, const unet_kernel_spec *spec) {
  UNET_TRY(unet_grow_array((void *)&device->programs, &device->program_capacity, device->program_count + 1,
                           sizeof *device->programs));
  unet_program added = {0};
  unet_status status = UNET_OK;
  UNET_TRY_GOTO(failed, unet_copy_text(&added.file, spec->file));
  UNET_TRY_GOTO(failed, unet_copy_text(&added.options, spec->options ? spec->options : ""));
  UNET_TRY_GOTO(failed, build(&added.handle, device, spec));
  device->programs[device->program_count++] = added;
  return UNET_OK;
failed:
  free(added.file);
  free(added.options);
  return status;
}

static unet_status find_program(size_t *index, unet_device *device, const unet_kernel_spec *spec) {
  const char *options = spec->options ? spec->options : "";
  for (size_t i = 0; i < device->program_count; i++) {
    const unet_program *program = &device->programs[i];
    if (strcmp(program->file, spec->file) != 0 || strcmp(program->options, options) != 0) continue;
    *index = i;
    return UNET_OK;
  }
  *index = device->program_count;
  return add_program(device, spec);
}

static unet_status add_kernel(unet_device *device, size_t program, const unet_kernel_spec *spec) {
  UNET_TRY(unet_grow_array((void *)&device->kernels, &device->kernel_capacity, device->kernel_count + 1,
                           sizeof *device->kernels));
  cl_int code = CL_SUCCESS;
  unet_kernel added = {.program = program};
  added.handle = clCreateKernel(device->programs[program].handle, spec->name, &code);
  if (code == CL_INVALID_KERNEL_NAME) {
    return unet_fail(UNET_INTERNAL, "%s.cl has no kernel %s; this is a bug, please report it", spec->file,
                     spec->name);
  }
  UNET_TRY(unet_cl_check(device, code, spec->name));
  unet_status status = unet_copy_text(&added.name, spec->name);
  if (status != UNET_OK) {
    clReleaseKernel(added.handle);
    return status;
  }
  device->kernels[device->kernel_count++] = added;
  return UNET_OK;
}

unet_status unet_kernel_get(const unet_kernel **out, unet_device *device, const unet_kernel_spec *spec) {
  size_t program = 0, i = 0;
  UNET_TRY(find_program(&program, device, spec));
  for (i = 0; i < device->kernel_count; i++) {
    if (device->kernels[i].program == program && strcmp(device->kernels[i].name, spec->name) == 0) break;
  }
  if (i == device->kernel_count) UNET_TRY(add_kernel(device, program, spec));
  *out = &device->kernels[i];
  return UNET_OK;
}

void unet_programs_release(unet_device *device) {
  for (size_t i = 0; i < device->kernel_count; i++) {
    clReleaseKernel(device->kernels[i].handle);
    free(device->kernels[i].name);
  }
  for (size_t i = 0; i < device->program_count; i++) {
    clReleaseProgram(device->programs[i].handle);
    free(device->programs[i].file);
    free(device->programs[i].options);
  }
  free(device->kernels);
  free(device->programs);
}
