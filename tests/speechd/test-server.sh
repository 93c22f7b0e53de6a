#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The real speech-dispatcher with sd_sori and the daemon behind it: spd-say and python3-speechd, on
# a sink without a clock (ALSA's file plugin) and on a real one (a private PulseAudio with a null
# sink). The daemon and its workers are killed and stopped, between messages and under them.
# TEST_LIMIT=900
set -u
voice=tone # the protocol is tested here, not the voice
. "$top_srcdir/tests/speechd/lib.sh"
need speech-dispatcher spd-say
make_home

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
    timeout 400 /usr/bin/python3 "$top_srcdir/tests/speechd/clients.py" sori "$2" \
        >"$dir/clients" 2>&1
    ok $? "$1: the Python client runs to its end"
    relay "$1" "$dir/clients"
}

start_server alsa
run_clients alsa unpaced
[ "$(wc -c <"$dir/alsa.raw")" -gt 40000 ]
ok $? "alsa: sound reached the sink"

# survives WHAT COMMAND...: something is done to the daemon while a text is spoken; it ends, and so
# does the one after it.
survives() {
    local what=$1 waiting
    shift
    say "$(printf 'one two three four. %.0s' $(seq 12))" &
    waiting=$!
    within 10 "$@"
    ok $? "$what: there was one"
    wait $waiting
    ok $? "$what while speaking: the message ends"
    say "and on it goes"
    ok $? "$what: the next message ends"
}

signal_daemon KILL
say "after the daemon was killed"
ok $? "a killed daemon is started again"
signal_workers KILL
say "after the worker was killed"
ok $? "a killed worker is started again"
stop_server alsa

if command -v pulseaudio >/dev/null; then
    start_pulse
    start_server pulse
    run_clients pulse paced
    survives "a killed worker" signal_workers KILL
    survives "a killed daemon" signal_daemon KILL
    survives "a hung worker" signal_workers STOP
    survives "a hung daemon" signal_daemon STOP
    stop_server pulse
fi
done_testing
