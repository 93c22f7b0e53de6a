#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sorid with 500 clients that send a byte a second: whoever sends a whole request is served.
# TEST_LIMIT=600
set -u
unset DBUS_SESSION_BUS_ADDRESS
. "$top_srcdir/tests/daemon/front-lib.sh"
need /usr/bin/python3
"$top_builddir/sorid" --daemon-idle-exit=0 --speech-voice=quick &
daemon_pid=$!
until [ -S "$XDG_RUNTIME_DIR/sori/socket" ] || ! kill -0 $daemon_pid; do sleep 0.05; done
/usr/bin/python3 "$top_srcdir/tests/fault/slow-clients.py" "$XDG_RUNTIME_DIR/sori/socket" \
    "$daemon_pid"
status=$?
kill "$daemon_pid"
wait "$daemon_pid" || status=1
exit $status
