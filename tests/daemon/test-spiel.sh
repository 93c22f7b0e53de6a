#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Spiel interface and our own, by a client that others wrote: the crate `spiel`. It is built
# once (2 minutes on two idle cores) and kept in the build tree.
# TEST_LIMIT=1500
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus cargo
cargo --version | awk '{ split($2, v, "."); exit !(v[1] > 1 || v[2] >= 87) }' ||
    skip_all "$(cargo --version): the crate needs 1.87"
target=$top_builddir/tests/daemon/spiel-target
client=$target/debug/spieltest
HOME=$(getent passwd "$(id -u)" | cut -d: -f6) cargo build --quiet --locked --target-dir "$target" \
    --manifest-path "$top_srcdir/tests/daemon/spiel/Cargo.toml" >"$TMPDIR/cargo.log" 2>&1 ||
    { sed 's/^/# /' "$TMPDIR/cargo.log"; skip_all "the crate could not be built here"; }
settings '[speech]' 'voice = quick' '[audio]' 'output = wavfile path=/dev/null format=raw'
start_bus
call org.freedesktop.DBus.Peer.Ping >/dev/null # activates it: the crate lists running names only
timeout 100 "$client"
