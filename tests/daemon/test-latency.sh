#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How soon a sentence of ten words begins to sound, with the real voice on the warm daemon.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus /usr/bin/python3
[ -e "$top_srcdir/voices/heart/heart.voice" ] || [ -e "$top_srcdir/voices/heart.voice" ] ||
    skip_all "the voice heart is not here"
SORI_VOICE_PATH=$top_srcdir/voices
PULSE_SERVER=unix:$XDG_RUNTIME_DIR/pulse.socket
export PULSE_SERVER
printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' >"$HOME/.asoundrc"
unset DISPLAY
export ASAN_OPTIONS="${ASAN_OPTIONS-}:fast_unwind_on_malloc=0"
fast=yes
nm -D "$SORI_WORKER" 2>/dev/null | grep -q '__[at]san_init' && fast=no
start_bus
server='' card=''
if command -v pulseaudio >/dev/null && command -v parec >/dev/null; then
    pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=yes \
        -L "module-native-protocol-unix socket=$XDG_RUNTIME_DIR/pulse.socket auth-anonymous=1" \
        -L "module-null-sink sink_name=card rate=24000 channels=1" >"$TMPDIR/pulse.log" 2>&1 &
    server=$! card=card
    tries=0
    until [ -S "$XDG_RUNTIME_DIR/pulse.socket" ] || [ $((tries += 1)) -ge 200 ]; do sleep 0.05; done
fi
call org.freedesktop.DBus.Peer.Ping >/dev/null
/usr/bin/python3 "$top_srcdir/tests/daemon/latency.py" "$top_builddir/sori" \
    "$top_builddir/tests/daemon/first-sample" $fast $card
status=$?
[ -z "$server" ] || kill $server
exit $status
