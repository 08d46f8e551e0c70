# Writes OpenCL sources as a table of C strings, so that the library needs no files at run time.
#   cmake -DOUTPUT=FILE.c "-DSOURCES=a.cl;b.cl" -P embed_cl.cmake
# Bytes are written as numbers: a string literal of a whole file is longer than C guarantees to work.
set(arrays "")
set(table "")
foreach(source IN LISTS SOURCES)
  get_filename_component(name ${source} NAME_WE)
  file(READ ${source} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${name}_text[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", (const char *)${name}_text},\n")
endforeach()
file(WRITE ${OUTPUT} "/* Made from cl/ by tools/embed_cl.cmake. */
#include \"device/source.h\"

${arrays}
const unet_cl_source unet_cl_sources[] = {
${table}};
const size_t unet_cl_source_count = sizeof unet_cl_sources / sizeof *unet_cl_sources;
")
