#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sorid itself, started by the bus when it is asked for: D-Bus and Unix socket, a real worker and a
# voice without weights; killed, and back with the next call.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus /usr/bin/python3
settings '[speech]' 'voice = steady' 'rate = 2' '[daemon]' 'watchdog = 2' \
    '[audio]' "output = wavfile path=$TMPDIR/heard.raw format=raw"
start_bus
sori=$top_builddir/sori

has() {
    pattern=$1
    shift
    "$@" >"$TMPDIR/has" 2>&1
    cat "$TMPDIR/has"
    grep -Eq -- "$pattern" "$TMPDIR/has"
}

property() {
    call org.freedesktop.DBus.Properties.Get "$1" "$2"
}

# hears: a text through the socket; all of its sound comes back.
hears() {
    /usr/bin/python3 - "$XDG_RUNTIME_DIR/sori/socket" <<'EOF'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
s.connect(sys.argv[1])
s.sendall(b'{"type":"synthesize","data":{"text":"hello wide world","voice":{"name":"quick"}}}\n')
f, size = s.makefile("rb"), 0
while True:
    header = json.loads(f.readline())
    f.read(header.get("data_length", 0))
    size += len(f.read(header.get("payload_length", 0)))
    if header["type"] in ("audio-stop", "error"):
        break
print(header["type"], size)
sys.exit(header["type"] != "audio-stop" or size == 0)
EOF
}

ok "activated by a call" has Sori property org.freedesktop.Speech.Provider Name
ok "voices, without a model loaded" has "audio/x-spiel" \
    property org.freedesktop.Speech.Provider Voices
ok "settings" has "speech.rate" property org.sori.Speech1 Settings
ok "speech through the socket" hears
ok "sori say: spoken by the daemon" "$sori" say -v quick "hello wide world"
ok "and heard" test -s "$TMPDIR/heard.raw"
# heard_is OPTION...: what was heard is what these options of sori say make of the text.
heard_is() {
    "$sori" say -q --format=raw -o "$TMPDIR/right.raw" "$@" "hello wide world" &&
        cmp "$TMPDIR/right.raw" "$TMPDIR/heard.raw"
}
ok "sori say leaves voice and rate to the settings" "$sori" say "hello wide world"
ok "and they count" heard_is -v steady --rate=2
ok "sori say with a voice and a rate" "$sori" say -v quick --rate=1 --volume=0.5 "hello wide world"
ok "has those" heard_is -v quick --rate=1 --volume=0.5
has_soon() { # within a time that tells an error from ten seconds of trying
    since=$(date +%s)
    has "$@" && [ $(($(date +%s) - since)) -lt 8 ]
}
cp "$HOME/.config/sori/sori.conf" "$TMPDIR/usual.conf"
printf '[speech]\nvoice = broken\n[audio]\noutput = wavfile path=/nowhere/heard.raw format=raw\n' \
    >"$HOME/.config/sori/sori.conf"
kill -HUP "$(pid_of_daemon)"
until property org.sori.Speech1 Settings | grep -q nowhere; do sleep 0.05; done
ok "a sound device that is not there: told at once" \
    has_soon "cannot play: .*nowhere.*No such" "$top_builddir/sori" say -v quick "hello"
cp "$TMPDIR/usual.conf" "$HOME/.config/sori/sori.conf"
sed -i 's/steady/broken/' "$HOME/.config/sori/sori.conf"
kill -HUP "$(pid_of_daemon)"
until property org.sori.Speech1 Settings | grep -q heard.raw; do sleep 0.05; done
ok "the usual voice does not load: another one" "$sori" say "hello wide world"
ok "sori status tells of it" \
    has "^warning: the voice 'broken' does not load: .*; '[a-z]*' speaks instead" "$sori" status
ok "a voice that was named: an error" has "no-such-plugin" "$sori" say -v broken "hello"
cp "$TMPDIR/usual.conf" "$HOME/.config/sori/sori.conf"
kill -HUP "$(pid_of_daemon)"
until property org.sori.Speech1 Settings | grep -q steady; do sleep 0.05; done
ok "mended" "$sori" say "hello"
ok "and forgotten" sh -c "! '$sori' status | grep warning"
ok "sori say --detach" "$sori" say --detach -v quick "$(seq 500 | tr '\n' ' ')"
ok "sori status" has "^done: [67]$" "$sori" status
ok "sori pause" "$sori" pause
ok "which the bus knows" has true property org.sori.Speech1 Paused
ok "sori resume" "$sori" resume
ok "sori stop" "$sori" stop
first=$(pid_of_daemon)
done_before=$("$sori" status | grep ^done)
kill -STOP "$first"
ok "Ctrl-C ends sori say while the daemon hangs" sh -c "
    timeout --preserve-status -s INT 1 env --default-signal=INT '$sori' say hello; test \$? -eq 130"
sleep 2 # a watchdog's time
kill -CONT "$first"
ok "a daemon that was stopped blames no worker for it" has "^worker-deaths: 0$" "$sori" status
ok "nor does it say what was given up" has "^$done_before\$" "$sori" status
kill -9 "$first"
ok "killed, it is back with the next call" has Sori property org.freedesktop.Speech.Provider Name
ok "in another process" test "$(pid_of_daemon)" != "$first"
ok "the stale socket was replaced" hears
n_before=$(find "/proc/$(pid_of_daemon)/fd" -type l | wc -l)
for _ in 1 2 3 4 5; do hears >/dev/null; done
sleep 0.2
n_after=$(find "/proc/$(pid_of_daemon)/fd" -type l | wc -l)
ok "no descriptor is left behind: $n_before, $n_after" test "$n_before" -eq "$n_after"
last=$(pid_of_daemon)
workers=$(cat "/proc/$last/task/$last/children")
kill "$last"
tries=0
while kill -0 "$last" 2>/dev/null && [ $((tries += 1)) -lt 200 ]; do sleep 0.1; done
ok "stopped, it ends" test "$tries" -lt 200
ok "and its workers have ended before" sh -c "[ -n '$workers' ] && ! kill -0 $workers"
ok "without a daemon, sori status says so" sh -c "! '$sori' status"
ok "and sori say starts it" "$sori" say -v quick "again"
done_testing
