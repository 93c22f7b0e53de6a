#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The real speech-dispatcher with sd_sori and the daemon behind it: spd-say and python3-speechd, on
# a sink without a clock (ALSA's file plugin) and on a real one (a private PulseAudio with a null
# sink). In between the daemon and its workers are killed.
# TEST_LIMIT=900
set -u
voice=tone # the protocol is tested here, not the voice
n=0 pids=()
dir=$(mktemp -d /tmp/sori-speechd.XXXXXX) || exit 1

cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
    pkill -f "^$top_builddir/sorid" 2>/dev/null
    wait
    rm -rf "$dir"
}
trap cleanup EXIT

ok() {
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

if ! command -v speech-dispatcher >/dev/null; then
    echo "1..0 # SKIP speech-dispatcher is not installed"
    exit 0
fi

mkdir -p "$dir"/{home,run,config,share,conf/modules,modules,log}
chmod 700 "$dir/run"
export HOME=$dir/home XDG_RUNTIME_DIR=$dir/run XDG_CONFIG_HOME=$dir/config XDG_DATA_HOME=$dir/share
export SORI_DAEMON=$top_builddir/sorid LC_ALL=C.UTF-8
unset DISPLAY DBUS_SESSION_BUS_ADDRESS PULSE_SERVER
: >"$dir/conf/modules/sori.conf"
ln -s "$top_builddir/sd_sori" "$dir/modules/sd_sori"
printf 'default_driver=null\n' >"$dir/home/.libao"
cat >"$dir/home/.asoundrc" <<END
pcm.!default { type file slave.pcm { type null } file "$dir/alsa.raw" format raw }
ctl.!default { type null }
END

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

# start_server SINK
start_server() {
    cat >"$dir/conf/speechd.conf" <<END
LogLevel 3
LogDir "$dir/log/"
DefaultVolume 100
DefaultLanguage "en-US"
AudioOutputMethod "$1"
SymbolsPreproc "char"
AddModule "sori" "$dir/modules/sd_sori" "$dir/conf/modules/sori.conf" "$dir/log/module.log"
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

say() {
    timeout 60 spd-say -w -o sori -y "$voice" "$@"
}

# run_clients SINK paced|unpaced
run_clients() {
    timeout 10 spd-say -O | grep -qx sori
    ok $? "$1: the module is there"
    say -l en-US -r 30 -p -20 -i 80 -m some "Hello there. World & more. .dot"
    ok $? "$1: spd-say waits for the end"
    say -x "<speak>One <mark name='m'/>two</speak>"
    ok $? "$1: SSML through spd-say"
    timeout 200 /usr/bin/python3 "$top_srcdir/tests/speechd/clients.py" sori "$2" \
        >"$dir/clients" 2>&1
    ok $? "$1: the Python client runs to its end"
    while read -r line; do
        case $line in
        "ok - "*) n=$((n + 1)); echo "ok $n - $1: ${line#ok - }" ;;
        "not ok - "*) n=$((n + 1)); echo "not ok $n - $1: ${line#not ok - }" ;;
        *) echo "# $line" ;;
        esac
    done <"$dir/clients"
}

start_server alsa
run_clients alsa unpaced
[ "$(wc -c <"$dir/alsa.raw")" -gt 40000 ]
ok $? "alsa: sound reached the sink"

# What survives: the daemon and its workers are killed between and under messages.
pkill -9 -f "^$top_builddir/sorid"
say "after the daemon was killed"
ok $? "a killed daemon is started again"
say "$(printf 'one two three four. %.0s' $(seq 30))" &
waiting=$!
sleep 1
pkill -9 -f "^$top_builddir/sorid"
wait $waiting
ok $? "killed while speaking: the message ends"
pkill -9 -f "sori-worker"
say "after the worker was killed"
ok $? "a killed worker is started again"
stop_server alsa

if command -v pulseaudio >/dev/null; then
    pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
        -L "module-native-protocol-unix socket=$dir/run/pulse.sock auth-anonymous=1" \
        -L "module-null-sink sink_name=null rate=24000 channels=1" >"$dir/pulse.log" 2>&1 &
    pids+=($!)
    export PULSE_SERVER=unix:$dir/run/pulse.sock
    within 10 test -S "$dir/run/pulse.sock"
    start_server pulse
    run_clients pulse paced
    stop_server pulse
fi
echo "1..$n"
