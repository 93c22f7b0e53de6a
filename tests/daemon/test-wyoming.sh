#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wyoming's own client and its bridge from HTTP, as Home Assistant uses them, over the Unix socket.
# The package is installed once, into the build tree.
set -u
unset DBUS_SESSION_BUS_ADDRESS
. "$top_srcdir/tests/daemon/front-lib.sh"
need /usr/bin/python3
venv=$top_builddir/tests/daemon/wyoming-venv
if [ ! -e "$venv/ready" ]; then
    rm -rf "$venv"
    {
        /usr/bin/python3 -m venv "$venv" &&
            "$venv/bin/pip" install -q --no-input 'wyoming[http]==1.10.2'
    } >"$TMPDIR/pip.log" 2>&1 ||
        { sed 's/^/# /' "$TMPDIR/pip.log"; skip_all "the package wyoming could not be installed"; }
    touch "$venv/ready"
fi
uri=unix://$XDG_RUNTIME_DIR/sori/socket
settings '[speech]' 'voice = quick'
SORI_MODEL_PATH=$top_srcdir/tests/llm "$daemon" --daemon-idle-exit=0 --ask-max-tokens=20 &
children=$!
trap 'kill $children 2>/dev/null; wait' EXIT
trap 'exit 1' INT TERM HUP
until [ -S "$XDG_RUNTIME_DIR/sori/socket" ]; do sleep 0.05; done
port=$("$venv/bin/python" -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/python" -m wyoming.http.tts_server --host 127.0.0.1 --port "$port" --uri "$uri" \
    >"$TMPDIR/bridge.log" 2>&1 &
children="$children $!"
"$venv/bin/python" -c 'import socket, sys, time
for _ in range(200):
    try: socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close(); break
    except OSError: time.sleep(0.1)' "$port"
"$venv/bin/python" "$top_srcdir/tests/daemon/wyoming-client.py" "$uri" "http://127.0.0.1:$port"
status=$?
[ $status -eq 0 ] || sed 's/^/# bridge: /' "$TMPDIR/bridge.log"
exit $status
