#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "device/internal.h"

/* --- noting ------------------------------------------------------------------------------------------- */

static unet_status add_program(unet_device *device, const char *file, const char *options) {
  UNET_TRY(unet_grow_array((void *)&device->programs, &device->program_capacity, device->program_count + 1,
                           sizeof *device->programs));
  unet_program added = {0};
  unet_status status = unet_copy_text(&added.file, file);
  if (status == UNET_OK) status = unet_copy_text(&added.options, options);
  if (status != UNET_OK) {
    free(added.file);
    return status;
  }
  device->programs[device->program_count++] = added;
  return UNET_OK;
}

static unet_status note_program(size_t *index, unet_device *device, const unet_kernel_spec *spec) {
  const char *options = spec->options ? spec->options : "";
  size_t i = 0;
  for (; i < device->program_count; i++) {
    const unet_program *program = &device->programs[i];
    if (strcmp(program->file, spec->file) == 0 && strcmp(program->options, options) == 0) break;
  }
  *index = i;
  return i < device->program_count ? UNET_OK : add_program(device, spec->file, options);
}

static unet_status add_kernel(unet_device *device, size_t program, const char *name) {
  UNET_TRY(unet_grow_array((void *)&device->kernels, &device->kernel_capacity, device->kernel_count + 1,
                           sizeof *device->kernels));
  unet_kernel added = {.program = program};
  UNET_TRY(unet_copy_text(&added.name, name));
  device->kernels[device->kernel_count++] = added;
  return UNET_OK;
}

static unet_status note_kernel(size_t *index, unet_device *device, const unet_kernel_spec *spec) {
  size_t program = 0, i = 0;
  UNET_TRY(note_program(&program, device, spec));
  for (; i < device->kernel_count; i++) {
    if (device->kernels[i].program == program && strcmp(device->kernels[i].name, spec->name) == 0) break;
  }
  *index = i;
  return i < device->kernel_count ? UNET_OK : add_kernel(device, program, spec->name);
}

unet_status unet_kernel_note(unet_device *device, const unet_kernel_spec *spec) {
  size_t index = 0;
  return note_kernel(&index, device, spec);
}

/* --- building ----------------------------------------------------------------------------------------- */

static void release_program(unet_program *program) {
  if (program->handle) clReleaseProgram(program->handle);
  free(program->file);
  free(program->options);
}

static void release_kernel(unet_kernel *kernel) {
  if (kernel->handle) clReleaseKernel(kernel->handle);
  free(kernel->name);
}

/* Those of a failed build that were made go too: they lie between those that were not. */
static void forget_noted(unet_device *device) {
  while (device->kernel_count > device->built_kernels)
    release_kernel(&device->kernels[--device->kernel_count]);
  while (device->program_count > device->built_programs)
    release_program(&device->programs[--device->program_count]);
}

static unet_status make_kernel(const unet_device *device, unet_kernel *kernel) {
  const unet_program *program = &device->programs[kernel->program];
  cl_int code = CL_SUCCESS;
  kernel->handle = clCreateKernel(program->handle, kernel->name, &code);
  if (code == CL_INVALID_KERNEL_NAME) {
    return unet_fail(UNET_INTERNAL, "%s.cl has no kernel %s; this is a bug, please report it", program->file,
                     kernel->name);
  }
  return unet_cl_check(device, code, kernel->name);
}

static unet_status make_noted(unet_device *device) {
  UNET_TRY(unet_programs_build(device));
  device->built_programs = device->program_count;
  for (; device->built_kernels < device->kernel_count; device->built_kernels++)
    UNET_TRY(make_kernel(device, &device->kernels[device->built_kernels]));
  return UNET_OK;
}

static unet_status build_noted(unet_device *device) {
  unet_status status = make_noted(device);
  if (status != UNET_OK) forget_noted(device);
  return status;
}

unet_status unet_kernel_get(const unet_kernel **out, unet_device *device, const unet_kernel_spec *spec) {
  size_t index = 0;
  UNET_TRY(note_kernel(&index, device, spec));
  UNET_TRY(build_noted(device));
  *out = &device->kernels[index];
  return UNET_OK;
}

/* --- preparing ---------------------------------------------------------------------------------------- */

void unet_device_start_preparing(unet_device *device) { device->preparing = 1; }

unet_status unet_device_end_preparing(unet_device *device, unet_status status) {
  device->preparing = 0;
  if (status == UNET_OK) return build_noted(device);
  forget_noted(device);
  return status;
}

int unet_device_is_preparing(const unet_device *device) { return device->preparing; }

void unet_programs_release(unet_device *device) {
  for (size_t i = 0; i < device->kernel_count; i++) release_kernel(&device->kernels[i]);
  for (size_t i = 0; i < device->program_count; i++) release_program(&device->programs[i]);
  free(device->kernels);
  free(device->programs);
}
