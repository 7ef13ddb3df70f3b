# Sourced by `run`, `test` and tests/tidy, which have set $root: how they build, so that they build alike.
# shellcheck shell=bash

# ccache finds its objects again in another clone: paths count from the project's root.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
[[ ${HOME:-} ]] || export CCACHE_DIR=$root/var/cache/ccache

say() { printf '%s\n' "$*"; }

# usage: fail_with_log LOG REASON
fail_with_log() {
  echo "$2; the end of $1:" >&2
  tail -n 40 "$1" >&2 || true
  exit 1
}

# usage: configure PRESET. Once: ninja runs cmake again by itself when a CMakeLists.txt or the files of a room change.
configure() {
  [[ ! $root/build/$1/build.ninja -nt $root/CMakePresets.json ]] || return 0
  mkdir -p "$root/var/log"
  local log=$root/var/log/configure-$1.log
  say "configure: preset $1"
  (cd "$root" && cmake --preset "$1") >"$log" 2>&1 || fail_with_log "$log" "cmake --preset $1 failed"
}

# usage: build PRESET [targets...]. ninja tells its progress: on a terminal in one line, elsewhere a line a step.
build() {
  local preset=$1
  shift
  say "build: preset $preset"
  NINJA_STATUS='[%f/%t, %es] ' cmake --build "$root/build/$preset" ${*:+--target "$@"} || {
    echo "the build failed; the first error is above" >&2
    exit 1
  }
}
