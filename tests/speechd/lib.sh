# SPDX-License-Identifier: Apache-2.0
# For the tests of sd_sori: TAP, and the real speech-dispatcher in a home of its own, which plays
# into ALSA's file plugin (no clock) or into the null sink of a private PulseAudio. Sourced.
n=0 failures=0 pids=()
dir=$(mktemp -d /tmp/sori-speechd.XXXXXX) || exit 1

# our_daemon: the pids of the daemon that was started in this home; other tests have their own.
our_daemon() {
    local pid
    for pid in $(pgrep -x sorid); do
        tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null |
            grep -qxF "XDG_RUNTIME_DIR=$dir/run" && echo "$pid"
    done
}

# signal_daemon SIGNAL, signal_workers SIGNAL: false if there is none.
signal_daemon() {
    local pids
    pids=$(our_daemon)
    [ -n "$pids" ] && kill -"$1" $pids
}

signal_workers() {
    local pids
    pids=$(our_daemon)
    [ -n "$pids" ] && pkill -"$1" -P "$(echo $pids | tr ' ' ,)"
}

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    signal_daemon KILL
    wait
    rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

ok() { # ok STATUS NAME
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $n - $2"
    else
        failures=$((failures + 1))
        echo "not ok $n - $2"
    fi
}

# relay SINK FILE: the lines "ok - NAME" and "not ok - NAME" of a client, numbered.
relay() {
    while read -r line; do
        case $line in
        "ok - "*) n=$((n + 1)); echo "ok $n - $1: ${line#ok - }" ;;
        "not ok - "*) ok 1 "$1: ${line#not ok - }" ;;
        "# FIGURE "*) echo "$line" ;;
        *) echo "# $line" ;;
        esac
    done <"$2"
}

# need PROGRAM...: skips the test when one is missing.
need() {
    for program; do
        command -v "$program" >/dev/null && continue
        echo "1..0 # SKIP $program is not here"
        exit 0
    done
}

done_testing() {
    echo "1..$n"
    [ "$failures" -eq 0 ]
    exit
}

# within SECONDS COMMAND...: waits until it succeeds.
within() {
    local tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

# make_home: folders and settings that belong to this test alone.
make_home() {
    mkdir -p "$dir"/{home,run,config,share,conf/modules,modules,log}
    chmod 700 "$dir/run"
    export HOME=$dir/home XDG_RUNTIME_DIR=$dir/run XDG_CONFIG_HOME=$dir/config
    export XDG_DATA_HOME=$dir/share SORI_DAEMON=$top_builddir/sorid LC_ALL=C.UTF-8
    unset DISPLAY DBUS_SESSION_BUS_ADDRESS PULSE_SERVER
    : >"$dir/conf/modules/sori.conf"
    ln -s "${1:-$top_builddir/sd_sori}" "$dir/modules/sd_sori"
    printf 'default_driver=null\n' >"$dir/home/.libao"
    cat >"$dir/home/.asoundrc" <<END
pcm.!default { type file slave.pcm { type null } file "$dir/alsa.raw" format raw }
ctl.!default { type null }
END
}

# start_pulse: its monitor is named null.monitor.
start_pulse() {
    pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
        -L "module-native-protocol-unix socket=$dir/run/pulse.sock auth-anonymous=1" \
        -L "module-null-sink sink_name=null rate=24000 channels=1" >"$dir/pulse.log" 2>&1 &
    pids+=($!)
    export PULSE_SERVER=unix:$dir/run/pulse.sock
    within 10 test -S "$dir/run/pulse.sock"
}

# start_server SINK: with `modules`, lines of speechd.conf, beside sd_sori.
start_server() {
    cat >"$dir/conf/speechd.conf" <<END
LogLevel 3
LogDir "$dir/log/"
DefaultVolume 100
DefaultLanguage "en-US"
AudioOutputMethod "$1"
SymbolsPreproc "char"
AddModule "sori" "$dir/modules/sd_sori" "$dir/conf/modules/sori.conf" "$dir/log/module.log"
${modules-}
DefaultModule sori
Timeout 0
END
    socket=$dir/run/speechd-$1.sock
    export SPEECHD_ADDRESS=unix_socket:$socket
    speech-dispatcher -s -l 3 -L "$dir/log" -c unix_socket -S "$socket" -P "$dir/run/pid-$1" \
        -C "$dir/conf" -m "$dir/modules" -t 0 >"$dir/server.out" 2>&1 &
    server=$!
    pids+=($server)
    within 15 test -S "$socket"
    ok $? "$1: the server starts"
}

stop_server() {
    kill -TERM $server
    wait $server
    ok 0 "$1: the server stops"
}
