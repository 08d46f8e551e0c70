#!/bin/sh
# Holds the folders of src to the direction of their dependencies: none includes a header of what lies above it,
# and OpenCL shows up in src/device and src/kernels only.   tests/check_dependencies.sh SOURCE_FOLDER
set -eu
cd "$1/src"
failed=0

# may_use FOLDER FOLDERS...: FOLDER may include headers of itself and of these; public ones always.
may_use() {
  folder=$1
  wanted=$(echo "$*" unetcl | tr ' ' '|')
  [ -d "$folder" ] || { echo "src/$folder is missing"; failed=1; }
  if grep -nE '^ *# *include *"' "$folder"/*.[ch] | grep -vE "\"($wanted)/"; then
    echo "^ src/$folder may include headers of $* only"
    failed=1
  fi
}

may_use base
may_use graph base ops
may_use ops base graph
may_use plan base graph ops
may_use device base
may_use kernels base graph ops plan device
may_use model base graph ops plan kernels
may_use data base
may_use metrics base data
may_use run base graph ops plan device kernels model data
may_use report base data metrics model run
may_use train base graph ops plan device kernels model data metrics run report
may_use cli base

for folder in *; do
  case $folder in
  device | kernels) continue ;;
  base | graph | ops | plan | model | data | metrics | run | report | train | cli) ;;
  *)
    echo "src/$folder is new: say in tests/check_dependencies.sh what it may use"
    failed=1
    ;;
  esac
  if grep -nE '^ *# *include *<(CL/|OpenCL/|clblast)' "$folder"/*.[ch]; then
    echo "^ src/$folder must not speak to OpenCL itself"
    failed=1
  fi
done
if grep -rnE '^ *# *include *<(CL/|OpenCL/|clblast)' ../include; then
  echo "^ public headers must work without those of OpenCL"
  failed=1
fi
exit $failed
