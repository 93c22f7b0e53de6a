#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sorid, sori-worker and PortAudio play into the null sink of a private PulseAudio, whose monitor is
# recorded: what sounds, when, and what stops it.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus dbus-monitor pulseaudio pactl parec /usr/bin/python3
PULSE_SERVER=unix:$XDG_RUNTIME_DIR/pulse.socket
export PULSE_SERVER
printf 'pcm.!default { type pulse }\nctl.!default { type pulse }\n' >"$HOME/.asoundrc"
mkdir -p "$HOME/.config/sori"
printf '[speech]\nvoice = steady\n' >"$HOME/.config/sori/sori.conf"
unset DISPLAY
# ALSA's plugins leak and are unloaded: only a whole stack tells whose leak it is.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:fast_unwind_on_malloc=0"
start_bus
/usr/bin/python3 "$top_srcdir/tests/daemon/loudspeaker.py" "$top_builddir/sori"
