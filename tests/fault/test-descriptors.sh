#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sorid with few descriptors, and more connections than they are enough for.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus prlimit /usr/bin/python3
start_bus
prlimit --nofile=72:72 "$top_builddir/sorid" --daemon-idle-exit=0 --speech-voice=quick &
daemon_pid=$!
/usr/bin/python3 "$top_srcdir/tests/fault/descriptors.py" "$daemon_pid" \
    "$XDG_RUNTIME_DIR/sori/socket"
status=$?
kill "$daemon_pid"
wait "$daemon_pid" || status=1
exit $status
