#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The man pages say what the program does: options, commands, and nothing that mandoc objects to.
. "${top_srcdir:?}/tests/client/lib.sh"
man=$top_srcdir/man
commands="say text voices inspect bench ask chat complete tokens models"

# Both as lines "LETTER NAME ARGUMENT", '-' for what there is not.
options_of_help() { # COMMAND
    sori "$1" --help | sed -n \
        's/^  \(-\(.\),\|   \) --\([a-z-]*\)\(=\([^ ]*\)\)\{0,1\} .*/\2 \3 \5/p' |
        awk -F' ' '{ print }' | sort
}

options_of_page() { # COMMAND
    sed -n -e 's/^\.It Fl \(.\) , Fl -\([a-z-]*\)\( Ns = Ns Ar \(.*\)\)\{0,1\}$/\1 \2 \4/p' \
        -e 's/^\.It Fl -\([a-z-]*\)\( Ns = Ns Ar \(.*\)\)\{0,1\}$/ \1 \3/p' "$man/sori-$1.1" | sort
}

equal_options() { # COMMAND
    options_of_help "$1" >help
    options_of_page "$1" >page
    [ -s help ] && diff help page >said
}

names_commands() {
    sori --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' >help
    sed -n 's/^\.It Cm \([a-z]*\)$/\1/p' "$man/sori.1" >page
    diff help page >said
}

# Every variable that the program asks for, and no other, is in sori(1).
names_variables() {
    cat "$top_srcdir"/base/*.h "$top_srcdir"/client/*.c "$top_srcdir"/daemon/config.c \
        "$top_srcdir"/daemon/worker/*.c "$top_srcdir"/include/sori/cpu.h |
        grep -o 'getenv("[A-Z_]*")' | sed 's/.*"\(.*\)".*/\1/' | sort -u >code
    sed -n 's/^\.It Ev //p' "$man/sori.1" | tr -d ' ' | tr , '\n' | sort -u >page
    diff code page >said
}

references_exist() {
    sed -n 's/^\.Xr \(sori[a-z-]*\) \([0-9]\).*/\1.\2/p' "$man"/sori*.[1-9] | sort -u |
        while read -r page; do
            [ -f "$man/$page" ] || exit 1
        done
}

for command in $commands; do
    result "sori $command: options of the program and of the man page" equal_options "$command"
done
result "commands of the program and of the man page" names_commands
result "environment variables of the code and of the man page" names_variables
result "man pages refer to man pages that exist" references_exist
if command -v mandoc >/dev/null; then
    for page in "$man"/sori.1 "$man"/sori-say.1 "$man"/sori-text.1 "$man"/sori-voices.1 \
        "$man"/sori-inspect.1 "$man"/sori-bench.1 "$man"/sori-voice.5 "$man"/sori-ask.1 \
        "$man"/sori-chat.1 "$man"/sori-complete.1 "$man"/sori-models.1 "$man"/sori-tokens.1 \
        "$man"/sori-llm.7 "$man"/sori-stop.1 \
        "$man"/sori-dbus.7 "$man"/sori-protocols.7 "$man"/sori-plugins.7 "$man"/sori-ssml.7 \
        "$man"/sori-dictionary.5; do
        result "mandoc has nothing to say on $(basename "$page")" \
            silent 0 mandoc -T lint -W warning "$page"
    done
else
    skip "mandoc" "it is not installed"
fi
finish
