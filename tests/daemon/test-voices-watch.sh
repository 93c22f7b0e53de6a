#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Voices and language models that are installed, changed or removed while sorid runs: the bus is
# told, and they speak, without a signal to the daemon. None of the folders is there at first.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus dbus-monitor
unset SORI_MODEL_PATH
voices=$HOME/.local/share/sori/voices models=$HOME/.local/share/sori/models
ours=org.sori.Speech1
SORI_VOICE_PATH=''
XDG_DATA_DIRS=$TMPDIR/nothing
export XDG_DATA_DIRS
sori=$top_builddir/sori
mkdir -p "$HOME/.config/sori"
printf '[audio]\noutput = wavfile path=%s format=raw\n' "$TMPDIR/heard.raw" \
    >"$HOME/.config/sori/sori.conf"
start_bus

property() {
    call org.freedesktop.DBus.Properties.Get $ours "$1"
}
# within_10_s COMMAND...
within_10_s() {
    for _ in $(seq 100); do
        "$@" && return 0
        sleep 0.1
    done
    property Voices
    property Models
    return 1
}
lists() { # PROPERTY NAME
    property "$1" | grep -q "'$2'"
}
lists_not() {
    ! lists "$1" "$2"
}
# changes: how often the bus was told that this property has changed.
changes() {
    grep -c "string \"$1\"" "$TMPDIR/signals"
}
# manifest LETTER_MS: of a voice whose letters are so long.
manifest() {
    sed "s/letter_ms=2/letter_ms=$1/" "$top_srcdir/tests/daemon/voices/quick.voice"
}

ok "there is no voice 'late' yet" lists_not Voices late
pid=$(pid_of_daemon)
dbus-monitor --session "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'" \
    >"$TMPDIR/signals" 2>&1 &
monitor=$!
until grep -q NameAcquired "$TMPDIR/signals" || ! kill -0 $monitor; do sleep 0.05; done
mkdir -p "$voices"
manifest 2 >"$voices/late.voice"
ok "installed, it is listed" within_10_s lists Voices late
told() { # PROPERTY
    [ "$(changes "$1")" -ge 1 ]
}
ok "which the bus was told" within_10_s told Voices
speaks() { # it is heard as the manifest says now
    "$sori" say -v late "hello there" && "$sori" say -q -v late --format=raw \
        -o "$TMPDIR/right.raw" "hello there" && cmp "$TMPDIR/right.raw" "$TMPDIR/heard.raw"
}
ok "and speaks" speaks
mkdir "$TMPDIR/new"
manifest 3 >"$TMPDIR/new/own.voice"
mv "$TMPDIR/new" "$voices/own"
ok "one with a folder of its own, moved there" within_10_s lists Voices own
manifest 4 >"$voices/late.voice"
ok "one that is changed while it is loaded speaks as it is now" within_10_s speaks
before=$(changes Voices)
echo something >"$voices/notes.txt"
echo something >"$HOME/notes.txt"
sleep 1
ok "other files change nothing" test "$(changes Voices)" -eq "$before"
mkdir -p "$models"
: >"$models/tiny.gguf"
ok "a language model" within_10_s lists Models tiny
rm "$voices/late.voice" "$models/tiny.gguf"
ok "removed, they are listed no more" within_10_s lists_not Voices late
ok "neither of them" within_10_s lists_not Models tiny
rm -r "$voices/own"
mkdir "$voices/own"
ok "a folder that was removed" within_10_s lists_not Voices own
manifest 5 >"$voices/own/own.voice"
ok "and made again" within_10_s lists Voices own
kill $monitor
ok "all by the same process" test "$(pid_of_daemon)" = "$pid"
done_testing
