#!/bin/sh
# Installs what unetcl needs and what is not there yet: tools/setup.sh [--tests | --all]
# Without an option: to build and run. --tests: the tests too, with Chromium for the report. --all: the linters and
# Oclgrind too.
# Debian and its kin: through apt-get, as root or with sudo. Elsewhere: names what is needed, and ends with 1
# where a tool is missing (CMake says which library is).
set -eu

packages="gcc libc6-dev cmake ninja-build pkg-config libpng-dev libjansson-dev libstb-dev libclblast-dev
  ocl-icd-opencl-dev opencl-headers pocl-opencl-icd"
commands="cc cmake ninja pkg-config"
libraries="libpng, jansson, stb, CLBlast, an OpenCL ICD loader with headers, an OpenCL driver such as PoCL"

case "${1-}" in
"") ;;
--tests | --all)
  packages="$packages check chromium"
  libraries="$libraries, Check; Chromium for the test of the report, which is skipped without it"
  ;;
*)
  echo "setup: unknown option $1; the options are --tests and --all" >&2
  exit 2
  ;;
esac
if [ "${1-}" = --all ]; then
  packages="$packages clang clang-format clang-tidy oclgrind shellcheck"
  commands="$commands clang clang-format clang-tidy oclgrind shellcheck"
fi

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_on_debian() {
  missing=
  for package in $packages; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  as_root=
  if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    # Without a terminal sudo cannot ask for a password.
    if ! command -v sudo >/dev/null || { ! [ -t 0 ] && ! sudo -n true 2>/dev/null; }; then
      echo "setup: packages are missing; install them as root, then run this again:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
      exit 1
    fi
  fi
  echo "setup: installing$missing"
  $as_root apt-get update -q
  # shellcheck disable=SC2086 # the list is meant to be split
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

look_elsewhere() {
  missing=
  for tool in $commands; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  echo "setup: not a Debian system; what is needed:"
  echo "  tools: $commands"
  echo "  libraries, with headers: $libraries"
  if [ -n "$missing" ]; then
    echo "setup: not found:$missing; install them and run this again" >&2
    exit 1
  fi
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  install_on_debian
else
  look_elsewhere
fi
