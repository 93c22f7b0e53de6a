#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# How long a key takes to sound, and speech to stop, through the real speech-dispatcher and a
# private PulseAudio; beside it speech-dispatcher's own module for espeak-ng, where it is installed.
# More events: SORI_LATENCY_EVENTS.
# TEST_LIMIT=900
set -u
. "$top_srcdir/tests/speechd/lib.sh"
need speech-dispatcher pulseaudio parec /usr/bin/python3
make_home
start_pulse
espeak=/usr/lib/speech-dispatcher-modules/sd_espeak-ng others=
if [ -x $espeak ]; then
    cp /etc/speech-dispatcher/modules/espeak-ng.conf "$dir/conf/modules/" 2>/dev/null ||
        : >"$dir/conf/modules/espeak-ng.conf"
    modules="AddModule \"espeak-ng\" \"$espeak\" \"$dir/conf/modules/espeak-ng.conf\""
    others=espeak-ng=English
fi
start_server pulse
/usr/bin/python3 "$top_srcdir/tests/speechd/latency.py" "$socket" "${SORI_LATENCY_EVENTS:-20}" \
    sori=heart $others >"$dir/steps" 2>&1
ok $? "the measurement runs to its end"
relay latency "$dir/steps"
stop_server pulse
done_testing
