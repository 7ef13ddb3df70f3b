#!/usr/bin/env bash
# Installs the groups of config/packages.txt that are named, when something of them is missing; asks nothing.
#
#   config/install_packages.sh build servers tests
#
# As root, or through sudo. When all is there it is one dpkg-query and no word. What apt says goes to var/log/apt.log
# and is shown when it fails.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log=$root/var/log/apt.log

# The packages of the groups, without those whose command is there from elsewhere.
wanted() {
  local group='' package unless command
  while read -r package unless command; do
    case $package in
      '' | '#'*) ;;
      '['*) group=${package//[\[\]]/} ;;
      *)
        [[ " $* " == *" $group "* ]] || continue
        if [[ $unless ]] && command -v "$command" >/dev/null; then continue; fi
        echo "$package"
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
mapfile -t all < <(wanted "$@")
mapfile -t packages < <(missing "${all[@]}")
((${#packages[@]})) || exit 0

mkdir -p "$(dirname "$log")"
: >"$log"
phase "reading what Debian offers" apt-get -q update
phase "installing ${#packages[@]}: ${packages[*]}" \
  apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
  install "${packages[@]}"
mapfile -t packages < <(missing "${all[@]}")
((${#packages[@]} == 0)) || {
  echo "still missing after the installation: ${packages[*]}" >&2
  exit 1
}
