#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The command line as such: help, version, exit codes, wrong names; voices, inspect, text, bench.
. "${top_srcdir:?}/tests/client/lib.sh"

# --- sori ------------------------------------------------------------------------------------
result "--help" gives 0 '^Usage: sori COMMAND' sori --help
result "-h" gives 0 '^Usage: sori COMMAND' sori -h
result "help COMMAND" gives 0 '^Usage: sori say ' sori help say
result "--version" gives 0 '^sori [0-9]*\.[0-9]*\.[0-9]*$' sori --version
result "no command" gives 2 '^Usage: sori' sori
result "an unknown command" gives 2 "no command 'frobnicate'$" sori frobnicate
result "a mistyped command" gives 2 "no command 'sya'; did you mean 'say'?" sori sya
result "a mistyped option of sori" gives 2 "did you mean '--version'?" sori --versoin
for command in say text voices inspect bench; do
    result "$command --help" gives 0 "^Usage: sori $command " sori $command --help
    result "$command -h" gives 0 '^Details: man sori-' sori $command -h
    result "$command: an unknown option" gives 2 "no option '--frobnicate'$" \
        sori $command --frobnicate
    result "$command: an unknown letter" gives 2 "no option '-Z'" sori $command -Z
    result "$command: it says where help is" gives 2 "^Try 'sori $command --help'" sori $command -Z
done
result "help that cannot be written" sh -c '! sori --help >/dev/full 2>&1'
result "a mistyped option" gives 2 "no option '--outptu'; did you mean '--output'?" \
    sori say --outptu=x hello
result "an ambiguous option" gives 2 \
    "'--pit' may be --pitch or --pitch-level" sori say --pit=1 hello
result "a shortened option" gives 0 '' sori say -v tone --outp=short.wav hello
result "an option that lacks its argument" gives 2 \
    "-o, --output needs an argument: FILE" sori say -o
result "an option that takes none" gives 2 "-q, --quiet takes no argument" sori say --quiet=3

# --- values ----------------------------------------------------------------------------------
for option in --rate=0.09 --rate=10.1 --rate=x --rate= --rate=nan --rate=1e400 --rate=1x \
    --speed=17 --speed=1751 --pitch=0.4 --pitch=2.1 --pitch-level=-1 --pitch-level=100 \
    --volume=-0.1 --volume=4.1 --amplitude=201 --seed=-1 --seed=x --seed=18446744073709551616 \
    --threads=0 --threads=65 --set=x --set=x=y.z --output=; do
    result "say $option is refused" gives 2 "^sori: say: ${option%%=*}: " \
        sori say -v tone "$option" hello
done
for option in --rate=0.1 --rate=10 --speed=18 --speed=1750 --pitch-level=50 --volume=0 --volume=4 \
    --amplitude=0 --amplitude=200 --seed=0 --seed=0xff --seed=18446744073709551615 --threads=64; do
    result "say $option is taken" gives 0 '' sori say -v tone -o taken.wav "$option" hi
done
result "--file and TEXT" gives 2 'give either TEXT or --file' sori say -f x -v tone hello
result "--output and --stdout" gives 2 'exclude each other' sori say -o x.wav --stdout hello
result "--format without a file" gives 2 'format is for' sori say --format=wav hello
result "more settings than there can be" gives 2 'more than 16 times' sori say \
    $(seq -f '--set=a.b=%g' 17) hello

# --- voices ----------------------------------------------------------------------------------
result "voices: a table" gives 0 '^tone  *Tone  *en  *-  *Apache-2.0' sori voices
result "voices: its heading" gives 0 '^VOICE  *NAME  *LANGUAGE' sori voices
result "voices --json" gives 0 '"id": "heart"' sori voices --json
if command -v python3 >/dev/null; then
    result "voices --json is JSON" sh -c 'sori voices --json | python3 -m json.tool >/dev/null'
fi
result "voices -l" sh -c '[ "$(sori voices -l EN-us | grep -c "^heart ")" -eq 1 ]'
result "voices -l, none" gives 0 '' sori voices -l ko
result "voices takes no argument" gives 2 "takes no argument 'x'" sori voices x
result "voices, none installed" gives 0 'no voices are installed' \
    env SORI_VOICE_PATH=/nowhere XDG_DATA_DIRS=/nowhere XDG_DATA_HOME=/nowhere sori voices
result "an unknown voice: which there are" gives 1 "no voice 'harp'; there are: .*heart, .*tone" \
    sori say -v harp hello
result "a mistyped voice" gives 1 "did you mean 'heart'?" sori say -v haert hello
result "a voice by its path" gives 0 '' \
    sori say -v "${top_srcdir:?}/voices/tone/tone.voice" -o path.wav hello
result "a voice that is a folder" gives 1 'not a voice manifest' sori say -v ./ hello
result "a voice path that is not there" gives 1 './no.voice: No such file' \
    sori say -v ./no.voice hello
printf '[voice]\nname = X\nlanguage = en\n[chain]\nsynthesiser = tone\nvocder = x\n' >bad.voice
result "a manifest with an error: where" gives 1 './bad.voice:6: unknown stage .vocder' \
    sori say -v ./bad.voice hello
printf '[voice]\nname = X\nlanguage = en\n[chain]\nsynthesiser = no-such\n' >lost.voice
result "a plugin that is not there" gives 1 "plugin 'no-such' not found in" \
    sori say -v ./lost.voice hello
result "an unknown stage" gives 1 "voice 'tone' has no stage 'vocoder'" \
    sori say -v tone --vocoder=griffinlim hello
result "an unknown setting" gives 1 "unknown setting 'x' (known: letter_ms)" \
    sori say -v tone --set=synthesiser.x=1 hello
result "without HOME and XDG_*" gives 0 '^tone' env -i PATH="$PATH" \
    SORI_VOICE_PATH="$SORI_VOICE_PATH" SORI_PLUGIN_PATH="$SORI_PLUGIN_PATH" sori voices

# --- inspect ---------------------------------------------------------------------------------
result "inspect weights: keys" gives 0 'general.architecture = "sori-wavenet"' \
    sori inspect "$top_srcdir/voices/heart/vocoder.gguf"
result "inspect weights: tensors" gives 0 'in.bias  F32 \[64\]  256 bytes' \
    sori inspect "$top_srcdir/voices/heart/vocoder.gguf"
result "inspect a plugin" gives 0 "plugin 'tone', synthesiser" \
    sori inspect "$top_builddir/.libs/tone.so"
printf 'GGUF\3\0\0\0\377\377\377\377\377\377\377\377\0\0\0\0\0\0\0\0' >bad.gguf
result "inspect damaged weights" gives 1 '^sori: bad.gguf: ' sori inspect bad.gguf
result "inspect a text" gives 1 'neither a GGUF file nor a plugin' sori inspect bad.voice
: >empty
result "inspect an empty file" gives 1 'neither a GGUF file nor a plugin' sori inspect empty
result "inspect a folder" gives 1 'is a folder' sori inspect /
result "inspect a device" gives 1 'not a regular file' sori inspect /dev/null
result "inspect a file that is not there" gives 1 'No such file' sori inspect nowhere
result "inspect a program" gives 1 '^sori: ' sori inspect "$(command -v cat)"
result "inspect goes on after a bad file" gives 1 "plugin 'tone'" \
    sori inspect empty "$top_builddir/.libs/tone.so"
result "inspect without a file" gives 2 'needs a file' sori inspect

# --- text ------------------------------------------------------------------------------------
result "text of a voice without analyser" gives 1 'has no analyser' sori text -v tone hello
result "text: --file and TEXT" gives 2 'give either TEXT or --file' sori text -f x hello
one_line_for_one() {
    printf 'One line.\n\nTwo. Sentences.\nno end' >lines
    [ "$(sori text "$1" -v heart -f lines | wc -l)" -eq 4 ]
}
if have_heart; then
    for form in --words --phonemes --ipa; do
        result "text $form: one line out for one in" one_line_for_one $form
    done
    result "text --words" gives 0 'twelve' sori text --words "12"
    result "text --ipa has no letters of the voice's own" \
        sh -c '! sori text --ipa "day my go now boy jam chin" | grep -q "[AIOWYQ]"'
    result "text: bad UTF-8, with its line" sh -c \
        'printf "one\ntwo \377\n" | sori text 2>&1 | grep -q "not UTF-8"'
    result "text stops when nobody reads" sh -c 'yes | sori text | head -n 1 >/dev/null'
else
    skip "text of the default voice" "it is not complete in this tree"
fi

# --- bench -----------------------------------------------------------------------------------
result "bench without a subject" gives 2 'bench what?' sori bench
result "bench speech" gives 0 '^real_time_factor  *[0-9]' sori bench speech -v tone -n 1
result "bench speech --json" gives 0 '"cold_start_ms": [0-9]' \
    sori bench speech --json -v tone --runs 1

# --- SSML and ways of reading ------------------------------------------------------------------
if have_heart; then
    words() { # WANTED OPTION... TEXT
        wanted=$1
        shift
        [ "$(sori text --words "$@" 2>>warnings)" = "$wanted" ]
    }
    result "text --ssml" words 'World Wide Web' --ssml \
        '<speak><sub alias="World Wide Web">WWW</sub></speak>'
    result "text --ssml: numbers" words 'twenty first' --ssml \
        '<say-as interpret-as="ordinal">21</say-as>'
    result "malformed SSML is spoken" words 'one two' --ssml 'one <b>two'
    result "and remarked" grep -q 'SSML is not well-formed' warnings
    result "text --reading key" words 'control a' --reading key control_a
    result "text --reading character" words 'left bracket' --reading character '['
    result "text --punctuation" words 'well comma, yes dot.' --punctuation all 'well, yes.'
    result "text --capitals" words 'so capital Ann' --capitals spelled 'so Ann'
    result "an unknown reading" gives 2 "reading: there is no 'x'" sori text --reading x y
    spoken() { # FILE TEXT: seconds
        sori say -q --vocoder griffinlim -o "$1" --ssml "$2" && seconds_of "$1"
    }
    plain=$(spoken plain.wav '<speak>Hello world, this is it.</speak>')
    pause=$(spoken pause.wav '<speak>Hello world, this is it.<break time="1500ms"/></speak>')
    slow=$(spoken slow.wav '<speak><prosody rate="50%">Hello world, this is it.</prosody></speak>')
    result "a break is silence of its length" \
        between 1.499 "$(awk "BEGIN { print $pause - $plain }")" 1.501
    result "prosody slows the voice down" between 1.8 "$(awk "BEGIN { print $slow / $plain }")" 2.2
fi
finish
