#!/usr/bin/env bash
# Installs the groups of config/packages.txt that are named, when something of them is missing; asks nothing.
#
#   config/install_packages.sh build servers tests
#
# As root, or through sudo. When all is there it is one dpkg-query and no word. What is to be unpacked
# only goes to var/packages. What apt says goes to var/log/apt.log and is shown when it fails.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log=$root/var/log/apt.log

# Of the groups: the packages to be installed, without those whose command is there from elsewhere; or, said
# `unpacked`, those to be unpacked only.
listed() {  # installed|unpacked GROUPS...
  local how=$1 group='' package word command
  shift
  while read -r package word command; do
    case $package in
      '' | '#'*) ;;
      '['*) group=${package//[\[\]]/} ;;
      *)
        [[ " $* " == *" $group "* ]] || continue
        if [[ $word == unless ]] && command -v "$command" >/dev/null; then continue; fi
        if [[ $word == unpacked ]]; then word=unpacked; else word=installed; fi
        if [[ $word == "$how" ]]; then echo "$package"; fi
        ;;
    esac
  done <"$root/config/packages.txt"
}

missing() {  # PACKAGES...
  # shellcheck disable=SC2016  # the fields are dpkg's
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n true 2>/dev/null || echo "sudo may ask for your password, to install packages" >&2
    sudo "$@"
  else
    echo "packages are missing, and neither root nor sudo is at hand; as root: apt-get install ${packages[*]}" >&2
    exit 1
  fi
}

# usage: phase WORDS COMMAND...
phase() {
  echo "packages: $1"
  shift
  as_root env DEBIAN_FRONTEND=noninteractive "$@" </dev/null >>"$log" 2>&1 || {
    echo "this failed: $*; the end of $log:" >&2
    tail -n 25 "$log" >&2
    exit 1
  }
}

command -v dpkg-query >/dev/null || {
  echo "this is no Debian: install what config/packages.txt names in your system's way" >&2
  exit 1
}
install_missing() {
  mapfile -t all < <(listed installed "$@")
  mapfile -t packages < <(missing "${all[@]}")
  ((${#packages[@]})) || return 0
  phase "reading what Debian offers" apt-get -q update
  phase "installing ${#packages[@]}: ${packages[*]}" \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
    install "${packages[@]}"
  mapfile -t packages < <(missing "${all[@]}")
  ((${#packages[@]} == 0)) || {
    echo "still missing after the installation: ${packages[*]}" >&2
    exit 1
  }
}

unpack_missing() {
  local package folder
  for package in $(listed unpacked "$@"); do
    folder=$root/var/packages/$package
    [[ ! -d $folder ]] || continue
    echo "packages: unpacking $package"
    rm -rf "$folder.new"
    mkdir -p "$folder.new/deb"
    # What Debian offers may have been read long ago.
    if ! (
      cd "$folder.new/deb" &&
        { apt-get -q download "$package" || { as_root apt-get -q update && apt-get -q download "$package"; }; } &&
        dpkg -x ./*.deb ..
    ) </dev/null >>"$log" 2>&1; then
      echo "$package could not be had; the end of $log:" >&2
      tail -n 25 "$log" >&2
      exit 1
    fi
    rm -r "$folder.new/deb"
    mv "$folder.new" "$folder"
  done
}

mkdir -p "$(dirname "$log")"
: >"$log"
install_missing "$@"
unpack_missing "$@"
