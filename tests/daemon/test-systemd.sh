#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The units under a real systemd user manager, which starts sorid for the first client of the socket
# and again when it is killed; where no manager can be had (it takes root and a mount name space of
# its own), under systemd-socket-activate.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need systemd-analyze systemd-socket-activate /usr/bin/python3
unset DBUS_SESSION_BUS_ADDRESS
cd "$TMPDIR" || exit 1
# The run-time libraries of sanitizers do not live under the unit's restrictions.
sanitized=no
nm -D "$SORI_WORKER" 2>/dev/null | grep -q '__[at]san_init' && sanitized=yes

# The units as installed, with the programs of the build.
units=$HOME/.config/systemd/user
mkdir -p "$units/sorid.service.d"
sed "s,^ExecStart=.*,ExecStart=$top_builddir/sorid --speech-voice=quick," \
    "$top_builddir/daemon/sorid.service" >"$units/sorid.service"
cp "$top_srcdir/daemon/sorid.socket" "$units"
{
    echo '[Service]'
    for name in SORI_VOICE_PATH SORI_WORKER SORI_PLUGIN_PATH; do
        eval "echo \"Environment=$name=\$$name\""
    done
} >"$units/sorid.service.d/build.conf"
# A bus of the manager's, as Debian's dbus-user-session has it, which knows our service file alone.
sed "s,@[a-z]*dir@/sorid,/bin/false," "$top_srcdir/daemon/$NAME.service.in" >"$NAME.service"
bus_config systemd: "$PWD" >bus.conf
printf '[Socket]\nListenStream=%%t/bus\nSocketMode=0600\n' >"$units/dbus.socket"
cat >"$units/dbus.service" <<END
[Unit]
Requires=dbus.socket
[Service]
Type=notify
ExecStart=$(command -v dbus-daemon) --config-file=$PWD/bus.conf --nofork --nopidfile \
    --systemd-activation --syslog-only
END
on_bus="DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/manager/bus gdbus call --session --timeout 20"
call_version="-d $NAME -o $OBJECT -m org.freedesktop.DBus.Properties.Get org.sori.Speech1 Version"
call_owner="-d org.freedesktop.DBus -o /org/freedesktop/DBus \
    -m org.freedesktop.DBus.GetConnectionUnixProcessID $NAME"
verify() {
    systemd-analyze verify --user --man=no "$units/sorid.service" "$units/sorid.socket" >said 2>&1
    status=$?
    cat said
    [ "$status" -eq 0 ] && ! grep sorid said
}
ok "systemd-analyze verify has nothing to say" verify

cat >hears.py <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect(sys.argv[1])
s.sendall(b'{"type":"synthesize","data":{"text":"hello wide world"}}\n')
f, size = s.makefile("rb"), 0
while line := f.readline():
    header = json.loads(line)
    f.read(header.get("data_length", 0))
    size += len(f.read(header.get("payload_length", 0)))
    if header["type"] in ("audio-stop", "error"):
        break
print(line, size)
sys.exit(size == 0 or header["type"] != "audio-stop")
END
hears() {
    /usr/bin/python3 hears.py "$1"
}

# --- a socket passed on by systemd's own tool -----------------------------------------------------
mkdir -m 700 activated
systemd-socket-activate -l "$PWD/activated/socket" -E SORI_VOICE_PATH -E SORI_WORKER \
    -E SORI_PLUGIN_PATH -E HOME -E XDG_RUNTIME_DIR="$PWD/activated" \
    "$top_builddir/sorid" --speech-voice=quick --daemon-idle-exit=1 2>activate.log &
activator=$!
for _ in $(seq 200); do
    [ -S activated/socket ] && break
    sleep 0.05
done
ok "systemd-socket-activate starts it for the first client" hears "$PWD/activated/socket"
ok "it exits when idle" wait $activator
ok "and leaves the socket to who made it" test -S activated/socket

# --- a user manager of our own --------------------------------------------------------------------
cat >manager.sh <<'END'
mount -t tmpfs tmpfs /run && mkdir -p -m 700 /run/systemd/system /run/user/manager || exit 77
export XDG_RUNTIME_DIR=/run/user/manager
/usr/lib/systemd/systemd --user --log-target=console >manager.log 2>&1 &
manager=$!
tries=0
until systemctl --user is-system-running >state 2>&1 || grep -q degraded state; do
    kill -0 $manager 2>/dev/null && [ $((tries += 1)) -lt 200 ] || exit 77
    sleep 0.05
done
touch manager.ready
until [ -e stop ]; do
    if [ -e command ]; then
        mv command running
        sh running >said 2>&1
        echo $? >result.new
        mv result.new result
    fi
    sleep 0.05
done
systemctl --user stop sorid.socket sorid.service
systemctl --user exit 2>/dev/null
wait $manager
END
managed() { # COMMAND: within the name space of the manager; its status and what it said
    rm -f result
    printf '%s\n' "$1" >command.new
    mv command.new command
    for _ in $(seq 800); do
        [ -e result ] && break
        sleep 0.05
    done
    cat said
    [ "$(cat result)" = 0 ]
}
unit() { # PROPERTY VALUE: within 15 s
    managed "for i in \$(seq 150); do
        [ \"\$(systemctl --user show -P $1 sorid.service)\" = '$2' ] && exit
        sleep 0.1
    done; systemctl --user status sorid.service; exit 1"
}
unshare -m sh manager.sh 2>unshare.log &
space=$!
tries=0
until [ -e manager.ready ] || ! kill -0 $space 2>/dev/null || [ $((tries += 1)) -ge 300 ]; do
    sleep 0.05
done
if [ -e manager.ready ] && [ $sanitized = no ]; then
    socket=/run/user/manager/sori/socket
    ok "the manager starts the socket" managed "systemctl --user start sorid.socket"
    ok "private" managed "[ \$(stat -c %a $socket) = 600 ] && [ \$(stat -c %a ${socket%/*}) = 700 ]"
    ok "the daemon does not run yet" unit ActiveState inactive
    ok "the first client starts it and is answered" managed "/usr/bin/python3 hears.py $socket"
    ok "it has told that it is ready" unit ActiveState active
    ok "its system calls are filtered" managed "grep -q '^Seccomp:.*2' \
        /proc/\$(systemctl --user show -P MainPID sorid.service)/status"
    ok "reload" managed "systemctl --user reload sorid.service"
    ok "answered again" managed "/usr/bin/python3 hears.py $socket"
    ok "killed" managed "systemctl --user kill -s KILL sorid.service"
    ok "it is started again" unit NRestarts 1
    ok "and answers" managed "/usr/bin/python3 hears.py $socket"
    ok "stopped in peace" managed "systemctl --user stop sorid.service"
    ok "its result" unit Result success
    ok "the next client starts it" managed "/usr/bin/python3 hears.py $socket"
    if command -v dbus-daemon >/dev/null && command -v gdbus >/dev/null; then
        ok "stopped once more" managed "systemctl --user stop sorid.service"
        ok "the manager starts a bus" managed "systemctl --user start dbus.service"
        ok "a call on the bus starts the unit and is answered" managed "$on_bus $call_version"
        ok "by the manager, not by the bus" \
            managed "$on_bus $call_owner | tee owner
                grep -q \"uint32 \$(systemctl --user show -P MainPID sorid.service),\" owner"
        ok "it is active" unit ActiveState active
    else
        echo "# no dbus-daemon or no gdbus: activation over D-Bus is not tested"
    fi
else
    echo "# no user manager: $(tail -n 1 manager.log 2>/dev/null) $(cat unshare.log)"
fi
touch stop
wait $space
done_testing
