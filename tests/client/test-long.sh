#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Memory does not grow with the text: the peak of ten times the text is that of the text.
# SORI_LONG_KB is the size for the tone voice and for words, SORI_LONG_HEART_KB (a chapter
# of 300 kB takes most of an hour, so raise TEST_LIMIT) that for the default voice.
. "${top_srcdir:?}/tests/client/lib.sh"
kb=${SORI_LONG_KB:-300}
# AddressSanitizer keeps what was freed for a while.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1"

# A text of so many kB, and one line per sentence.
text_of() { # KB
    yes "The library stays open until nine on weekdays, and holds more than forty thousand books." |
        head -c "$1"000
}

peak_kb() { # COMMAND...: most resident memory of a process, from the kernel
    /usr/bin/time -o peak -f %M "$@" >/dev/null 2>said || return 1
    cat peak
}

flat() { # KB COMMAND...: the command takes -f FILE and writes to standard output
    size=$1
    shift
    text_of "$((size / 10))" >short
    text_of "$size" >long
    short=$(peak_kb "$@" -f short) && long=$(peak_kb "$@" -f long) || return 1
    echo "# $((size / 10)) kB: $short KiB, $size kB: $long KiB"
    # Page cache of the plugins and the allocator's arenas vary by some pages.
    between 1 "$long" $((short + short / 20 + 1024))
}

result "$kb kB through the tone voice" flat "$kb" sori say -v tone \
    --set=synthesiser.letter_ms=30 --stdout --format=raw
if have_heart && [ -n "${SORI_LONG_HEART_KB-}" ]; then
    result "the default voice" flat "$SORI_LONG_HEART_KB" sori say --stdout --format=raw -q
else
    skip "the default voice" "it takes long: SORI_LONG_HEART_KB says how much"
fi
if have_heart; then
    result "a line of $kb kB as words" flat "$kb" sori text --words
else
    skip "words" "the default voice is not complete in this tree"
fi
finish
