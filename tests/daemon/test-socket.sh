#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Unix socket: every limit from both sides, clients that are many, slow, deaf or not ours.
set -u
unset DBUS_SESSION_BUS_ADDRESS
. "$top_srcdir/tests/daemon/front-lib.sh"
need /usr/bin/python3 setpriv
exec /usr/bin/python3 "$top_srcdir/tests/daemon/socket-client.py" \
    "$top_builddir/tests/daemon/front-daemon"
