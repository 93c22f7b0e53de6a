# SPDX-License-Identifier: Apache-2.0
# Shared by ./try, ./check and .ci/run: packages, configure and build. Sourced with $top set to the
# root of the source tree, which is also the working directory. POSIX shell; nothing is assumed
# beyond Debian's essential packages.

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# run_logged LOG WHAT COMMAND...: runs quietly; when it fails shows the end of what it said.
run_logged() {
    log=$1 what=$2
    shift 2
    if "$@" >"$log" 2>&1 </dev/null; then
        return 0
    fi
    tail -n 40 "$log" >&2
    die "$what failed; all of its output is in $log"
}

# packages SECTION...: the names listed in those sections of packages.debian.
packages() {
    awk -v want=" $* " '
        { sub(/#.*/, ""); gsub(/[ \t\r]/, "") }
        /^\[.*\]$/ { inside = index(want, " " substr($0, 2, length($0) - 2) " "); next }
        inside && length { print }' packages.debian
}

# missing SECTION...: those of the packages that are not installed. Asks dpkg, never the network.
missing() {
    packages "$@" | sort -u >"$scratch/wanted"
    # shellcheck disable=SC2046 # one word a package
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' $(cat "$scratch/wanted") 2>/dev/null |
        sed -n 's/^installed //p' | sort -u >"$scratch/installed"
    comm -23 "$scratch/wanted" "$scratch/installed"
}

# as_root COMMAND...
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -- "$@"
    fi
}

# install_packages SECTION...: silent when nothing is missing.
install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "This is not Debian: packages.debian names what is needed; going on without a check."
        return 0
    fi
    lacking=$(missing "$@" | tr '\n' ' ')
    [ -n "$lacking" ] || return 0
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        die "These Debian packages are missing, and only root or sudo could install them:
  $lacking
Ask an administrator to run, then try again:
  apt-get update && apt-get install --no-install-recommends $lacking"
    fi
    say "Installing Debian packages: $lacking"
    # Lists may be old yet good enough: only the installation decides.
    as_root apt-get -qq update >"$scratch/update.log" 2>&1 </dev/null ||
        say "apt-get update had trouble; trying to install all the same."
    # shellcheck disable=SC2086 # one word a package
    run_logged "$scratch/install.log" "Installing the packages" as_root \
        env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -y --no-install-recommends install $lacking
    lacking=$(missing "$@" | tr '\n' ' ')
    [ -z "$lacking" ] || die "apt-get installed all but: $lacking"
}

# configure_tree DIR [OPTION...]: makes DIR (below $top) ready for make. A tree that is configured
# already stays as it is, unless options are asked for that it does not have.
configure_tree() {
    tree=$1
    shift
    if [ ! -f configure ] || [ ! -f Makefile.in ] || [ ! -f config.h.in ]; then
        say "Preparing the build (autoreconf) ..."
        run_logged "$scratch/autoreconf.log" autoreconf ./autogen.sh
    fi
    mkdir -p "$tree"
    if [ ! -f "$tree/Makefile" ] ||
        { [ $# -gt 0 ] && [ "$(cat "$tree/.options" 2>/dev/null)" != "$*" ]; }; then
        say "Configuring in $tree/ ..."
        rm -f "$tree/.options"
        run_logged "$scratch/configure.log" configure \
            env -C "$tree" ../configure -q "$@"
        printf '%s\n' "$*" >"$tree/.options"
    fi
}

# build_tree DIR TARGET...: make itself notices what changed, the build files too.
build_tree() {
    tree=$1
    shift
    make -s -q -o config.h -C "$tree" is-built >/dev/null 2>&1 || say "Building in $tree/ ..."
    run_logged "$tree/build.log" "The build" make -s -j"$(nproc)" -C "$tree" "$@"
}

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
