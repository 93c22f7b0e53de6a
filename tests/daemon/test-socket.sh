#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Unix socket: every limit from both sides, clients that are many, slow, deaf or not ours.
set -u
unset DBUS_SESSION_BUS_ADDRESS
. "$top_srcdir/tests/daemon/front-lib.sh"
need /usr/bin/python3 setpriv
SORI_MODEL_PATH=$top_srcdir/tests/llm # small, and what they answer makes no sense
export SORI_MODEL_PATH
settings '[speech]' 'voice = quick' '[ask]' 'max-tokens = 20' 'temperature = 0' \
    '[daemon]' 'idle-exit = 0'
exec /usr/bin/python3 "$top_srcdir/tests/daemon/socket-client.py" "$daemon"
