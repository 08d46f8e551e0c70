#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "device/internal.h"
#include "device/platform.h"
#include "device/program_cache.h"
#include "device/source.h"

/* --- failures ----------------------------------------------------------------------------------------- */

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

static void attach_details(const unet_program_text *text, const char *log) {
  char *details = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&details, &size);
  if (!stream) return;
  fprintf(stream, "options: %s\nlog:\n%s\nsource:\n", text->options, log ? log : "");
  write_numbered(stream, text->source);
  fclose(stream);
  if (details) unet_fail_details(details);
  free(details);
}

static unet_status report_failed_build(const unet_device *device, const unet_program_text *text,
                                       cl_program program, cl_int code) {
  char *log = NULL;
  if (read_log(&log, device, program) != UNET_OK) log = NULL;
  unet_status status =
      unet_fail(UNET_NO_DEVICE,
                "%s: %s.cl does not build with \"%s\" (%s); try another device or update its "
                "driver",
                device->info.name, text->file, text->options, unet_cl_error_name(code));
  attach_details(text, log);
  free(log);
  return status;
}

/* --- one program -------------------------------------------------------------------------------------- */

static unet_status build_source(cl_program *out, const unet_device *device, const unet_program_text *text) {
  cl_int code = CL_SUCCESS;
  cl_program program =
      clCreateProgramWithSource(device->context, 1, (const char *[]){text->source}, NULL, &code);
  UNET_TRY(unet_cl_check(device, code, "making a program"));
  code = clBuildProgram(program, 1, &device->id, text->options, NULL, NULL);
  if (code != CL_SUCCESS) {
    unet_status status = report_failed_build(device, text, program, code);
    clReleaseProgram(program);
    return status;
  }
  *out = program;
  return UNET_OK;
}

static unet_status build_text(cl_program *out, const unet_device *device, const unet_program_text *text) {
  bool keeps_binaries = unet_keeps_binaries(&device->info);
  if (keeps_binaries) *out = unet_program_cache_load(device, text);
  if (*out) return UNET_OK;
  UNET_TRY(build_source(out, device, text));
  if (keeps_binaries) unet_program_cache_save(device, text, *out);
  return UNET_OK;
}

static unet_status build(unet_program *program, const unet_device *device) {
  char *options = NULL, *source = NULL;
  unet_status status = unet_source_load(&source, program->file);
  if (status == UNET_OK) {
    status = unet_format_text(&options, "-cl-std=CL1.2%s%s", *program->options ? " " : "", program->options);
  }
  if (status == UNET_OK) {
    const unet_program_text text = {.file = program->file, .options = options, .source = source};
    status = build_text(&program->handle, device, &text);
  }
  free(options);
  free(source);
  return status;
}

/* --- all that are noted ------------------------------------------------------------------------------- */

static unet_status build_one(void *user, size_t index) {
  const unet_device *device = user;
  return build(&device->programs[device->built_programs + index], device);
}

unet_status unet_programs_build(unet_device *device) {
  size_t count = device->program_count - device->built_programs;
  if (count > 1 && unet_builds_in_parallel(&device->info)) return unet_parallel_for(count, build_one, device);
  for (size_t i = 0; i < count; i++) UNET_TRY(build_one(device, i));
  return UNET_OK;
}
