#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sd_sori by itself, over its standard input and output: every command of the protocol, sound icons,
# odd input, and that each message ends with a closing event when there is no daemon.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/share/sounds/freedesktop/stereo" "$dir/run"
export XDG_RUNTIME_DIR=$dir/run XDG_DATA_DIRS=$dir/share SORI_DAEMON=$dir/none
n=0

ok() {
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# module INPUT...: what it answers to these lines; NUL becomes '@'.
module() {
    printf '%s\n' "$@" | timeout 30 "$top_builddir/sd_sori" "$dir/sori.conf" 2>"$dir/log" |
        tr '\0' '@'
}

# says WHAT LINE...: the answer has these lines, in this order, among others.
says() {
    local what=$1 from=1 line at
    shift
    for line; do
        at=$(tail -n +$from "$dir/out" | grep -a -n -m 1 -x -F -- "$line" | cut -d: -f1)
        if [ -z "$at" ]; then
            ok 1 "$what"
            echo "# missing: $line"
            sed 's/^/# /' "$dir/out" "$dir/log" | head -n 40 | tr -cd '\n\t -~'
            return
        fi
        from=$((from + at))
    done
    ok 0 "$what"
}

printf 'rate_max = 6\n' >"$dir/sori.conf"
sox -D -n -r 22050 -c 2 -b 16 "$dir/share/sounds/freedesktop/stereo/bell.wav" \
    synth 0.2 sine 440 vol 0.5

module INIT QUIT >"$dir/out"
says "INIT and QUIT" "299 OK LOADED SUCCESSFULLY" "210 OK QUIT"

module AUDIO audio_output_method=server . AUDIO audio_output_method=pulse . >"$dir/out"
says "AUDIO: the server plays" "203 OK AUDIO INITIALIZED" "300 MODULE ERROR"

module "LIST VOICES" >"$dir/out"
says "LIST VOICES" "$(printf '200-heart\ten-US\tnone')" "200 OK VOICE LIST SENT"
module "LIST VOICES en-us" "LIST VOICES ko" >"$dir/out"
[ "$(grep -c '^200-heart' "$dir/out")" -eq 1 ]
ok $? "LIST VOICES of a language"

module LOGLEVEL log_level=3 . SET rate=30 "voice=NULL" rate=999 rate=x nonsense = . "DEBUG OFF" \
    HELLO "" >"$dir/out"
says "settings, good and bad, and unknown commands" "203 OK LOGLEVEL SET" \
    "203 OK RECEIVING SETTINGS" "203 OK SETTINGS RECEIVED" "200 OK DEBUGGING  OFF" \
    "300 ERR UNKNOWN COMMAND" "300 ERR UNKNOWN COMMAND"

module SOUND_ICON bell . >"$dir/out"
says "SOUND_ICON from the theme" "202 OK RECEIVING MESSAGE" "200 OK SPEAKING" "701 BEGIN" \
    "705-sample_rate=22050" "705-num_samples=1000" "705 AUDIO" "705-num_samples=410" "705 AUDIO" \
    "702 END"

# The samples themselves, unescaped, against the file.
printf 'SOUND_ICON\nbell\n.\n' | "$top_builddir/sd_sori" 2>/dev/null | perl -0777 -ne '
    while (/705-AUDIO\0(.*?)\n705 AUDIO\n/gs) {
        print $1 =~ s/\x7d(.)/chr(ord($1) ^ 0x20)/gser;
    }' >"$dir/raw"
sox -D "$dir/share/sounds/freedesktop/stereo/bell.wav" -c 1 -t raw -e signed -b 16 "$dir/want"
cmp -s "$dir/raw" "$dir/want"
ok $? "the samples are those of the file"

# No daemon: three messages, each with its two events, and the module still answers.
(
    printf 'SPEAK\n<speak>Hello</speak>\n.\n'
    sleep 7
    printf 'CHAR\nspace\n.\nSTOP\nKEY\nshift_a\n.\nSTOP\n..x\nINIT\n'
) | timeout 60 "$top_builddir/sd_sori" >"$dir/out" 2>"$dir/log"
says "without a daemon every message ends" "200 OK SPEAKING" "701 BEGIN" "702 END" \
    "200 OK SPEAKING" "701 BEGIN" "703 STOP" "200 OK SPEAKING" "701 BEGIN" "703 STOP" \
    "299 OK LOADED SUCCESSFULLY"
grep -q "cannot reach the daemon" "$dir/log"
ok $? "and the log says why"

# A text beyond any limit, without a newline for long, then one that is fine.
(
    printf 'SPEAK\n'
    head -c 3000000 /dev/zero | tr '\0' x
    printf '\n.\nSTOP\nSOUND_ICON\nbell\n.\n'
) | timeout 60 "$top_builddir/sd_sori" 2>"$dir/log" | tr '\0' '@' >"$dir/out"
says "3 MB in a line" "200 OK SPEAKING" "703 STOP" "200 OK SPEAKING" "705-num_samples=410" \
    "702 END"

printf 'SPEAK\nno end' | timeout 30 "$top_builddir/sd_sori" >"$dir/out" 2>&1
ok $? "the end of the input in the middle of a message"

head -c 200000 /dev/urandom | timeout 30 "$top_builddir/sd_sori" >"$dir/out" 2>&1
[ $? -lt 124 ]
ok $? "noise"

echo "1..$n"
