# SPDX-License-Identifier: Apache-2.0
# For the tests of the front ends: TAP, and a private session bus that can activate the daemon,
# which has its real workers and voices without weights.
n=0 failures=0
daemon=$top_builddir/sorid
SORI_VOICE_PATH=$top_srcdir/tests/daemon/voices SORI_WORKER=$top_builddir/sori-worker
export SORI_VOICE_PATH SORI_WORKER
NAME=org.sori.Speech.Provider
OBJECT=/org/sori/Speech/Provider

ok() { # ok NAME COMMAND...
    n=$((n + 1)) name=$1
    shift
    if "$@" >"$TMPDIR/out" 2>&1; then
        echo "ok $n - $name"
    else
        failures=$((failures + 1))
        echo "not ok $n - $name"
        head -c 3000 "$TMPDIR/out" | sed 's/^/# /'
    fi
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

done_testing() {
    echo "1..$n"
    [ "$failures" -eq 0 ]
}

# need PROGRAM...: skips the test when one is missing.
need() {
    for program; do
        command -v "$program" >/dev/null || skip_all "$program is not here"
    done
}

# settings LINE...: those of sori.conf, instead of what was there.
settings() {
    mkdir -p "$HOME/.config/sori"
    printf '%s\n' "$@" >"$HOME/.config/sori/sori.conf"
}

# bus_config ADDRESS FOLDER: of a session bus that knows the service files of the folder alone.
bus_config() {
    cat <<EOF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>$1</listen>
  <servicedir>$2</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
EOF
}

# start_bus: a session bus of our own, with our service file and nobody else's.
start_bus() {
    services=$XDG_RUNTIME_DIR/services
    mkdir -p "$services"
    bus_config "unix:path=$XDG_RUNTIME_DIR/bus" "$services" >"$XDG_RUNTIME_DIR/bus.conf"
    sed "s,@[a-z]*dir@/sorid,$daemon," "$top_srcdir/daemon/$NAME.service.in" |
        grep -v '^SystemdService' >"$services/$NAME.service"
    dbus-daemon --config-file="$XDG_RUNTIME_DIR/bus.conf" --print-pid=3 --fork \
        3>"$XDG_RUNTIME_DIR/bus.pid" >/dev/null
    bus_pid=$(cat "$XDG_RUNTIME_DIR/bus.pid")
    DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
    export DBUS_SESSION_BUS_ADDRESS
    trap stop_bus EXIT
    trap 'exit 1' INT TERM HUP
}

# The daemon ends with its bus.
stop_bus() {
    kill "$bus_pid" 2>/dev/null || true
    while kill -0 "$bus_pid" 2>/dev/null; do sleep 0.05; done
}

# call INTERFACE.METHOD ARGUMENT...
call() {
    gdbus call --session --timeout 20 -d "$NAME" -o "$OBJECT" -m "$@"
}

# pid_of_daemon: who owns the name.
pid_of_daemon() {
    gdbus call --session -d org.freedesktop.DBus -o /org/freedesktop/DBus \
        -m org.freedesktop.DBus.GetConnectionUnixProcessID "$NAME" | tr -dc '0-9 ' |
        awk '{ print $NF }'
}
