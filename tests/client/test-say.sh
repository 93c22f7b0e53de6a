#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sori say: text from everywhere, sound to everywhere, and what happens when either goes wrong.
. "${top_srcdir:?}/tests/client/lib.sh"
say() {
    sori say -v tone "$@"
}

sum() { # [OPTION...]: of the samples
    say --stdout --format=raw "$@" | sha256sum
}

# --- text in ---------------------------------------------------------------------------------
same_text() { # the same words by every way in
    printf 'hello world' >text
    want=$(sum hello world)
    [ "$(sum 'hello world')" = "$want" ] && [ "$(sum -f text)" = "$want" ] &&
        [ "$(sum <text)" = "$want" ] && [ "$(sum -f - <text)" = "$want" ] &&
        [ "$(sum --stdin <text)" = "$want" ] && [ "$(sum - <text)" = "$want" ] &&
        [ "$(cat text | sum)" = "$want" ] && [ "$(sum -- hello world)" = "$want" ]
}
result "the text from arguments, file, standard input, pipe" same_text
result "text that looks like an option" gives 0 '' say -o dash.wav -- -hello
result "arguments before options" gives 0 '' say hello -o after.wav
result "empty text: said, an empty file" gives 0 'nothing to speak' say -o empty.wav ''
result "that file can be read" [ "$(seconds_of empty.wav)" = 0.000000 ]
result "empty text, quiet" silent 0 say -q -o empty.wav ''
result "empty standard input" gives 0 'nothing to speak in standard input' say -o empty.wav
result "a text file that is not there" gives 1 'nowhere: No such file' say -f nowhere -o no.wav
result "a folder as text" gives 1 'is a folder' say -f / -o no.wav
printf 'good \377 bad' >binary
result "what is no text: where" gives 1 'binary: not UTF-8 text: byte 0xff at offset 5' \
    say -f binary -o no.wav
printf '\377\376h\0i\0' >utf16
result "UTF-16 is recognised" gives 1 'UTF-16; iconv' say -f utf16 -o no.wav
printf 'cut \303' >cut
result "a text that ends within a character" gives 1 'ends within a character' say -f cut -o cut.wav
result "a program as text" gives 1 'not UTF-8' say -f "$(command -v cat)" -o no.wav
result "a text that fails early leaves no file" [ ! -e no.wav ]
printf 'RIFF' >kept.wav
say -f binary -o kept.wav 2>/dev/null
result "nor does it touch the one that was there" [ "$(cat kept.wav)" = RIFF ]
if [ "$(id -u)" -ne 0 ]; then
    : >secret && chmod 0 secret
    result "a file that may not be read" gives 1 'Permission denied' say -f secret -o no.wav
fi

# --- sound out -------------------------------------------------------------------------------
is_format() { # FILE TYPE
    [ "$(soxi -t "$1" 2>/dev/null)" = "$2" ] && between 0.2 "$(seconds_of "$1")" 0.5
}
result "-o .wav" silent 0 say -o a.wav hello
result "it is WAV of the right length" is_format a.wav wav
result "-w" silent 0 say -w b.wav hello
result "-w is -o" cmp a.wav b.wav
result "-o .flac" silent 0 say -o a.flac hello
result "it is FLAC" is_format a.flac flac
result "-o .opus" silent 0 say -o a.opus hello
result "it is Ogg" [ "$(head -c 4 a.opus)" = OggS ]
result "-o .raw" silent 0 say -o a.raw hello
result "--format over the ending" silent 0 say --format=flac -o b.wav hello
result "it is FLAC all the same" cmp a.flac b.wav
result "an unknown ending" gives 1 'names no known format' say -o a.xyz hello
result "an unknown format" gives 1 "format 'xyz' is unknown" say --format=xyz -o a.wav hello
say --stdout hello >c.wav
result "--stdout is WAV" [ "$(head -c 4 c.wav)" = RIFF ]
result "--stdout into a file is whole" is_format c.wav wav
say -o - hello >d.wav
result "-o - is --stdout" cmp c.wav d.wav
result "WAV through a pipe is read by others" \
    [ "$(say --stdout hello | sox -t wav - -t raw - 2>/dev/null | wc -c)" -eq "$(wc -c <a.raw)" ]
say --stdout --format=raw hello >b.raw
result "raw to standard output" cmp a.raw b.raw
result "a reader that goes away: no word, status 1" sh -c '
    { sori say -v tone --stdout -f "$1"; echo $? >status; } 2>gone | head -c 100 >/dev/null
    [ "$(cat status)" = 1 ] && [ ! -s gone ]' - "$top_srcdir/README.md"
result "a file in a folder that is not there" gives 1 'nowhere/a.wav: cannot open for writing: No' \
    say -o nowhere/a.wav hello
result "a target that cannot be written" gives 1 'cannot open for writing' say -o /proc/a.wav hello
limited() { # within a limit of 10 KiB for each file
    sh -c 'ulimit -f 20; exec "$@"' - sori say -v tone "$@"
}
result "a limit of the file's size" gives 1 'big.wav.*too large' \
    limited -o big.wav -f "$top_srcdir/README.md"
result "a target that is a folder" gives 1 'cannot open for writing' say -o ./ --format=wav hello
result "a full disk" gives 1 'No space left on device' say --format=wav -o /dev/full hello
result "a full disk behind standard output" sh -c \
    'sori say -v tone --stdout hello 2>full >/dev/full; [ $? = 1 ] && grep -q "No space" full'
result "a file size limit: what is kept" sh -c '
    ulimit -f 64; trap "" XFSZ
    sori say -v tone -o big.wav -f "$1" 2>said; [ $? = 1 ] && grep -q "keeps the first" said' \
    - "$top_srcdir/README.md"
result "and it plays" between 0.1 "$(seconds_of big.wav)" 10
no_device() {
    printf 'pcm.!default { type hw card 99 }\n' >asound.conf
    gives 1 '^sori: ' env ALSA_CONFIG_PATH="$scratch/asound.conf" PULSE_SERVER=/nowhere \
        sori say -v tone hello && ! grep -q 'not found in' said
}
if [ -f "$top_builddir/portaudio.la" ]; then
    result "no sound device: said, status 1" no_device
else
    skip "no sound device" "the portaudio plugin is not in this tree"
fi

# --- how -------------------------------------------------------------------------------------
length() { # OPTION...: of a fixed text in bytes
    say --stdout --format=raw "$@" "speech in three dimensions" | wc -c
}
one=$(length)
result "--rate=2 is half as long" \
    between $((one * 48 / 100)) "$(length --rate=2)" $((one * 52 / 100))
result "-s 350 is --rate=2" [ "$(sum -s 350 hello)" = "$(sum --rate 2 hello)" ]
result "-a 50 is --volume=0.5" [ "$(sum -a 50 hello)" = "$(sum --volume=0.5 hello)" ]
result "-p 50 changes nothing" [ "$(sum -p 50 hello)" = "$(sum hello)" ]
result "--volume=0 is silence" [ -z "$(say --volume=0 --stdout --format=raw hello | tr -d '\0')" ]
result "--volume=4 does not wrap" \
    [ "$(say --volume=4 -o loud.wav hello && sox loud.wav -n stat 2>&1 |
        awk '/Maximum amplitude/ { print ($3 <= 1) }')" = 1 ]

# --- settings, without the daemon ---------------------------------------------------------------
mkdir -p "$HOME/.config/sori"
conf=$HOME/.config/sori/sori.conf
heard() { # OPTION...: what `sori say` makes of a text
    sori say --stdout --format=raw "$@" "a line of text" 2>/dev/null | sha256sum
}
printf '[speech]\nvoice = tone\nrate = 2\npitch = 1.5\nvolume = 0.5\n' >"$conf"
result "voice, rate, pitch and volume of sori.conf" \
    [ "$(heard)" = "$(heard -v tone --rate=2 --pitch=1.5 --volume=0.5)" ]
result "options win over it" [ "$(heard --rate=1 --pitch=1 --volume=1)" != "$(heard)" ]
result "one by one" [ "$(heard --rate=1)" = "$(heard -v tone --rate=1 --pitch=1.5 -a 50)" ]
printf '[speech]\nvoice = tone\nrate = fast\n[audio]\noutput = wavfile path=%s format=raw\n' \
    "$scratch/device.raw" >"$conf"
result "a wrong line is told, the rest counts" gives 0 "sori.conf:3: rate is 'fast'" \
    env -u DBUS_SESSION_BUS_ADDRESS sori say -q "a line of text"
result "the sound device is that of sori.conf" [ "$(sha256sum <device.raw)" = "$(heard -v tone)" ]
printf '[speech]\nvoice = nobody\n' >"$conf"
result "a voice of sori.conf that is not there: another one" \
    gives 0 "no voice 'nobody': '.*' speaks instead" \
    env SORI_VOICE_PATH="$top_srcdir/voices/tone" sori say -q -o other.wav hello
result "one of the command line: an error" gives 1 "no voice 'nobody'" sori say -v nobody hello
rm "$conf" && mkdir "$conf"
result "a folder in place of sori.conf" \
    gives 0 'sori.conf: Is a directory' say -q -o folder.wav hello
rmdir "$conf" && mkfifo "$conf"
result "a FIFO" silent 0 say -q -o fifo.wav hello
rm "$conf" && head -c 300000 /dev/zero >"$conf"
result "zeros" gives 0 'sori.conf: File too large' say -q -o zeros.wav hello
head -c 300000 "$(command -v sori)" >"$conf"
result "a program" gives 0 'sori.conf: File too large' say -q -o program.wav hello
{ printf '[speech]\nvoice = tone\n' && yes '# and so on'; } | head -c 300000 >"$conf"
result "300 kB: what is read counts" [ "$(heard)" = "$(heard -v tone)" ]
rm "$conf"

# --- twice the same --------------------------------------------------------------------------
result "equal runs give equal bytes" [ "$(sum -f "$top_srcdir/README.md")" = \
    "$(sum -f "$top_srcdir/README.md")" ]
result "whatever the threads" [ "$(sum -t 1 hello)" = "$(sum -t 2 hello)" ]
if have_heart; then
    heart() {
        sori say --stdout --format=raw "$@" "The same again, 12 times." | sha256sum
    }
    result "the default voice: equal runs give equal bytes" [ "$(heart)" = "$(heart)" ]
    result "the default voice: one thread or two" [ "$(heart -t 1)" = "$(heart -t 2)" ]
    result "the default voice: another seed gives other bytes" [ "$(heart)" != "$(heart --seed=1)" ]
else
    skip "the default voice twice" "it is not complete in this tree"
fi

# --- interrupted -----------------------------------------------------------------------------
# interrupted SIGNAL STATUS: a long text into a file, stopped when something is in it. What feeds it
# never ends, so that it cannot be over before.
interrupted() {
    rm -f long.wav
    mkfifo feed 2>/dev/null
    yes "a text without an end" >feed &
    feeder=$!
    # A background job of sh has SIGINT ignored, which sori respects: env sets it back.
    env --default-signal=INT sori say -v tone --set=synthesiser.letter_ms=1 -f feed -o long.wav \
        2>said &
    sori=$!
    tries=0
    while [ ! -s long.wav ] && [ $((tries += 1)) -lt 600 ]; do
        sleep 0.1
    done
    kill -s "$1" $sori
    wait $sori
    status=$?
    kill $feeder 2>/dev/null
    wait $feeder 2>/dev/null
    [ $status -eq "$2" ] && grep -q 'long.wav holds the first [0-9.]* seconds' said &&
        between 0.001 "$(seconds_of long.wav)" 1000000 2>>said
}
result "SIGINT: a file that plays, and how long it is" interrupted INT 130
result "SIGTERM" interrupted TERM 143
result "SIGHUP" interrupted HUP 129
waiting() { # for text that does not come
    mkfifo silent-feed
    sleep 60 >silent-feed &
    feeder=$!
    env --default-signal=INT sori say -v tone -o never.wav -f silent-feed 2>said &
    sori=$!
    sleep 1
    kill -s INT $sori
    wait $sori
    status=$?
    kill $feeder
    wait $feeder 2>/dev/null
    [ $status -eq 130 ] && [ ! -e never.wav ]
}
result "SIGINT while waiting for text" waiting

# --- a terminal ------------------------------------------------------------------------------
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then # it needs pseudo-terminals
    result "samples do not go to a terminal" sh -c \
        'script -qec "sori say -v tone --stdout hello" /dev/null </dev/null |
            grep -q "is a terminal"'
    # The reader lets it wait for longer than it takes until progress is shown.
    yes "a long text to be spoken" | head -c 20000 >long
    slow='sori say -v tone --stdout -f long --set=synthesiser.letter_ms=20'
    reader='| (sleep 3; cat >/dev/null)'
    progress() { # COMMAND
        script -qec "$1" /dev/null </dev/null | tr '\r' '\n' | grep -q 'of speech, .* left'
    }
    result "progress on a terminal, with the time left" progress "$slow $reader"
    no_progress() {
        ! progress "$1"
    }
    result "no progress with -q" no_progress "$slow -q $reader"
fi
finish
