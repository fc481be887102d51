# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by ./start and ./test: say, install missing packages, configure and build. Sourced, not run.
say() { printf '%s\n' "$*" >&2; }

# install_packages LIST...: the packages of these lists that are missing. Needs root; says what to do without.
install_packages() {
  local missing=() package
  while read -r package; do
    case $package in '' | '#'*) continue ;; esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done < <(cat "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "These Debian packages are missing: ${missing[*]}"
    say "Install them (as root: apt-get install --no-install-recommends ${missing[*]}), or run this command as root once."
    return 1
  fi
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -qq || { say "apt-get update failed: is a Debian mirror reachable?"; return 1; }
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
    say "Installing failed; the message of apt-get above says why."; return 1; }
}

# install_node: Debian's Node.js and npm, where there are none. The console is built with them.
install_node() {
  command -v npm >/dev/null || install_packages cmake/packages-web.txt
}

# build_console PRESET: the web console. Without it the server works all the same, and says so at /admin/.
build_console() {
  command -v npm >/dev/null && ninja -C "build/$1" console >&2 && return 0
  say "The web console could not be built (it needs nodejs, npm and, once, the network); kontorctl does all that it does."
}

# One compile job for each core, but no more than memory carries (about 1.5 GB each).
compile_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo)
  [ "$memory" -lt 1 ] && memory=1
  [ "$cores" -lt "$memory" ] && echo "$cores" || echo "$memory"
}

# build_preset PRESET [TARGET...]: configures when needed and builds, with progress.
build_preset() {
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log" >&2; rm -f "build-$preset.log"; return 1; }
    rm -f "build-$preset.log"
  fi
  say "Building build/$preset with $(compile_jobs) jobs"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" -j "$(compile_jobs)" "$@"
}
