#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A question to a real language model through the daemon: D-Bus, Wyoming and sori ask; its answer is
# spoken while it is being written.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus dbus-monitor /usr/bin/python3
set -- "${SORI_MODEL_PATH%%:*}"/*.gguf
[ -e "$1" ] || skip_all "no language model is installed"
SORI_VOICE_PATH=$top_srcdir/tests/daemon/voices:$top_srcdir/voices
mkdir -p "$HOME/.config/sori"
printf '[speech]\nvoice = quick\n[ask]\ntemperature = 0\nmax-tokens = 40\n[audio]\noutput = %s\n' \
    "wavfile path=$TMPDIR/heard.raw format=raw" >"$HOME/.config/sori/sori.conf"
start_bus
sori=$top_builddir/sori
ours=org.sori.Speech1

has() {
    pattern=$1
    shift
    "$@" >"$TMPDIR/has" 2>&1
    cat "$TMPDIR/has"
    grep -Eq -- "$pattern" "$TMPDIR/has"
}

ok "the model is listed" has "$(basename "$1" .gguf)" \
    call org.freedesktop.DBus.Properties.Get $ours Models
dbus-monitor --session "interface='$ours'" >"$TMPDIR/signals" 2>&1 &
monitor=$!
until grep -q NameAcquired "$TMPDIR/signals" || ! kill -0 $monitor; do sleep 0.05; done
ok "sori ask, with the voice of the settings" \
    "$sori" ask "Name three colours. Then name three animals."
cp "$TMPDIR/out" "$TMPDIR/answer"
ok "prints the answer" test "$(wc -c <"$TMPDIR/answer")" -ge 10
ok "which was heard" test -s "$TMPDIR/heard.raw"
ok "and came from the daemon" has "^done: 1$" "$sori" status
sleep 0.5
kill $monitor
# The first word sounds before the last piece of text is there, unless it is one sentence.
order=$(sed -n 's/^signal .*member=\([A-Z][a-z]*\)$/\1/p' "$TMPDIR/signals")
word_before_text() {
    printf '%s\n' "$1" | awk '/Word/ && !word { word = NR } /Text/ { text = NR }
        END { print NR, word, text; exit !(word && word < text) }'
}
ok "spoken while it is written" word_before_text "$order"
ok "with word signals" has "Word" printf '%s\n' "$order"
ok "the same question, the same answer" has "$(head -c 20 "$TMPDIR/answer" | head -n 1)" \
    "$sori" ask -v quick "Name three colours. Then name three animals."
cat >"$TMPDIR/transcript.py" <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(60)
s.connect(sys.argv[1])
question = {"text": sys.argv[3], "voice": {"name": sys.argv[2]}}
s.sendall(json.dumps({"type": "transcript", "data": question}).encode() + b"\n")
f, seen, size = s.makefile("rb"), [], 0
while line := f.readline():
    header = json.loads(line)
    f.read(header.get("data_length", 0))
    size += len(f.read(header.get("payload_length", 0)))
    seen.append(header["type"])
    if header["type"] in ("audio-stop", "error", "not-handled"):
        break
print(seen, size)
last_text = max(i for i, name in enumerate(seen) if name == "handled-chunk")
sys.exit(not size or "audio-chunk" not in seen[:last_text])
END
ok "a transcript over the socket is spoken while it is written" \
    /usr/bin/python3 "$TMPDIR/transcript.py" "$XDG_RUNTIME_DIR/sori/socket" quick \
    "Name three colours. Then name three animals."
# The voice that is shipped takes its time, and so the answer has to be longer.
sed -i 's/^max-tokens = .*/max-tokens = 100/' "$HOME/.config/sori/sori.conf"
kill -HUP "$(pid_of_daemon)"
until call org.freedesktop.DBus.Properties.Get $ours Settings |
    grep -q 'max-tokens.: <uint32 100>'; do
    sleep 0.05
done
dbus-monitor --session "interface='$ours'" >"$TMPDIR/signals" 2>&1 &
monitor=$!
until grep -q NameAcquired "$TMPDIR/signals" || ! kill -0 $monitor; do sleep 0.05; done
ok "sori ask with the voice that is shipped" "$sori" ask -v heart \
    "Tell me about the sea in ten sentences."
sleep 0.5
kill $monitor
order=$(sed -n 's/^signal .*member=\([A-Z][a-z]*\)$/\1/p' "$TMPDIR/signals")
ok "it speaks before the answer is whole" word_before_text "$order"
ok "the same over the socket" /usr/bin/python3 "$TMPDIR/transcript.py" \
    "$XDG_RUNTIME_DIR/sori/socket" heart "Tell me about the sea in ten sentences."
ok "no worker died" has "worker.deaths: 0" "$sori" status
done_testing
