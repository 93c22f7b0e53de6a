#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The real Orca under Xvfb reads a real GTK window with the default voice: what it asks sd_sori to
# say, and that each of it sounds. With SORI_JUDGE_PYTHON (./check --all) a speech recogniser writes
# down what sounded, and it must be what the window shows.
# TEST_LIMIT=900
set -u
. "$top_srcdir/tests/speechd/lib.sh"
need speech-dispatcher pulseaudio parec dbus-run-session Xvfb xdotool orca /usr/bin/python3
/usr/bin/python3 -c 'import gi; gi.require_version("Gtk", "3.0"); from gi.repository import Gtk' \
    2>/dev/null || need "GTK 3 for Python"

# The module with its input on record.
module=$dir/listening
printf '#!/bin/sh\ntee -a "%s" | "%s" "$@"\n' "$dir/asked" "$top_builddir/sd_sori" >"$module"
chmod +x "$module"
make_home "$module"
: >"$dir/asked"
start_pulse
parec -d null.monitor --format=s16le --rate=24000 --channels=1 --latency-msec=20 >"$dir/sound.raw" &
pids+=($!)
start_server pulse

# The first display number that is free.
Xvfb -displayfd 3 -screen 0 800x600x24 -nolisten tcp 3>"$dir/display" >"$dir/xvfb.log" 2>&1 &
pids+=($!)
within 20 test -s "$dir/display"
ok $? "a display"
DISPLAY=:$(cat "$dir/display")
export DISPLAY GDK_BACKEND=x11 XDG_SESSION_TYPE=x11
unset NO_AT_BRIDGE GTK_MODULES
# One program beside the other on a bus of their own, which ends with the last.
cat >"$dir/session" <<'END'
orca --replace --disable braille --disable main-window >"$1/orca.log" 2>&1 &
orca=$!
timeout 600 /usr/bin/python3 "$2/tests/speechd/orca.py" "$1/asked" "$1/sound.raw" >"$1/steps" 2>&1
status=$?
kill $orca
exit $status
END
dbus-run-session -- sh "$dir/session" "$dir" "$top_srcdir"
ok $? "the session runs to its end"
relay orca "$dir/steps"
[ "$failures" -eq 0 ] || sed 's/^/# /' "$dir/orca.log" | tail -n 40

# heard WORDS: the recogniser has understood them.
heard() {
    tr -cs 'a-zA-Z0-9' ' ' <"$dir/heard" | grep -qi "$1"
    ok $? "heard: $1"
}

if [ -n "${SORI_JUDGE_PYTHON-}" ]; then
    # Message by message: the recogniser loses its thread in long silence.
    mkdir "$dir/said"
    sox -D -t raw -e signed -b 16 -r 24000 -c 1 "$dir/sound.raw" "$dir/said/s.wav" \
        silence 1 0.02 0.1% 1 0.6 0.1% : newfile : restart
    find "$dir/said" -name '*.wav' -size +24k | sort |
        xargs "$SORI_JUDGE_PYTHON" "$top_srcdir/tests/quality/listener.py" >"$dir/heard"
    ok $? "the sound is transcribed"
    sed 's/^/# /' "$dir/heard"
    for words in "open the gate" "close the gate" captain "old lighthouse keeper" \
        "great lamp before the storm" "ships came home safely"; do
        heard "$words"
    done
fi
stop_server pulse
done_testing
