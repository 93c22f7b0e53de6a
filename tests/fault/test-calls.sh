#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# TEST_LIMIT=600
# Each system call of the daemon and of its worker that can fail, failing once.
set -u
unset DBUS_SESSION_BUS_ADDRESS
. "$top_srcdir/tests/daemon/front-lib.sh"
need /usr/bin/python3
SORI_VOICE_PATH=$top_srcdir/tests/daemon/voices:$top_srcdir/voices
SORI_WORKER=$top_builddir/sori-worker
# A library before that of the sanitizers is what this test needs.
ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0
XDG_RUNTIME_DIR=$TMPDIR/run
export ASAN_OPTIONS XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"
${CC:-cc} -shared -fPIC -O1 -o "$TMPDIR/fail-call.so" "$top_srcdir/tests/fault/fail-call.c" ||
    exit 1
/usr/bin/python3 "$top_srcdir/tests/fault/calls.py" "$top_builddir/sorid" "$TMPDIR/fail-call.so"
