# Writes text files as a table of C strings, so that the library needs no files at run time.
#   cmake -DOUTPUT=FILE.c "-DSOURCES=a.cl;b.cl" -DHEADER=device/source.h -DTYPE=unet_cl_source -P embed_text.cmake
# HEADER declares the struct TYPE {name, text}, the table TYPEs and its length TYPE_count. The name is the file's;
# OpenCL sources go without ".cl".
# Bytes are written as numbers: a string literal of a whole file is longer than C guarantees to work.
set(arrays "")
set(table "")
foreach(source IN LISTS SOURCES)
  get_filename_component(name ${source} NAME)
  string(REGEX REPLACE "\\.cl$" "" name ${name})
  string(MAKE_C_IDENTIFIER ${name} identifier)
  file(READ ${source} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${identifier}_text[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", (const char *)${identifier}_text},\n")
endforeach()
file(WRITE ${OUTPUT} "/* Made by tools/embed_text.cmake. */
#include \"${HEADER}\"

${arrays}
const ${TYPE} ${TYPE}s[] = {
${table}};
const size_t ${TYPE}_count = sizeof ${TYPE}s / sizeof *${TYPE}s;
")
