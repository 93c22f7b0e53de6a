#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Both interfaces on a real bus, with activation, by gdbus, busctl and dbus-monitor.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus busctl dbus-monitor
SORI_MODEL_PATH=$top_srcdir/tests/llm # small, and what they answer makes no sense
export SORI_MODEL_PATH
settings '[speech]' 'voice = quick' '[audio]' 'output = wavfile path=/dev/null format=raw'
start_bus
ours=org.sori.Speech1
spiel=org.freedesktop.Speech.Provider

# has PATTERN COMMAND...: the output has it.
has() {
    pattern=$1
    shift
    "$@" >"$TMPDIR/has" 2>&1
    cat "$TMPDIR/has"
    grep -Eq -- "$pattern" "$TMPDIR/has"
}

# refused ERROR COMMAND...: it fails with that error.
refused() {
    error=$1
    shift
    if "$@" >"$TMPDIR/refused" 2>&1; then
        cat "$TMPDIR/refused"
        return 1
    fi
    cat "$TMPDIR/refused"
    grep -q "org.freedesktop.DBus.Error.$error" "$TMPDIR/refused"
}

property() {
    call org.freedesktop.DBus.Properties.Get "$1" "$2"
}

# The interfaces of a file, or of an answer, without spaces at the ends of lines.
interface_of() {
    awk -v name="name=\"$1\"" '/<interface / && index($0, name), /<\/interface>/' "$2" |
        sed 's/^ *//'
}

same_interface() {
    interface_of "$1" "$top_srcdir/daemon/$1.xml" >"$TMPDIR/file.xml"
    interface_of "$1" "$TMPDIR/answer.xml" >"$TMPDIR/daemon.xml"
    [ -s "$TMPDIR/file.xml" ] && diff "$TMPDIR/file.xml" "$TMPDIR/daemon.xml"
}

raw_introspection() {
    dbus-send --session --print-reply=literal --dest="$NAME" "$OBJECT" \
        org.freedesktop.DBus.Introspectable.Introspect >"$TMPDIR/answer.xml"
}

ok "activated by a call" has "Sori" property $spiel Name
first=$(pid_of_daemon)
ok "Introspect answers" raw_introspection
ok "as the file says: $spiel" same_interface $spiel
ok "as the file says: $ours" same_interface $ours
ok "busctl understands it" has "\.Speak +method +sa\{sv\} +u" \
    busctl --user --address="$DBUS_SESSION_BUS_ADDRESS" introspect "$NAME" "$OBJECT"
ok "busctl finds the object" has "/org/sori/Speech/Provider" \
    busctl --user --address="$DBUS_SESSION_BUS_ADDRESS" tree "$NAME"
ok "Ping" call org.freedesktop.DBus.Peer.Ping
ok "Spiel's voices, with events" has \
    "'quick', 'audio/x-spiel,format=S16LE,[^']*', (uint64 )?[0-9]+, \['en-US', 'en'\]" \
    property $spiel Voices
ok "which read SSML with marks" has \
    "'quick', 'audio/x-spiel,format=S16LE,[^']*', (uint64 )?262139," property $spiel Voices
ok "and without" has \
    "'quick\+raw', 'audio/x-raw,format=S16LE,channels=1,rate=[0-9]+', (uint64 )?262128," \
    property $spiel Voices
ok "GetAll" has "Name.*Voices" call org.freedesktop.DBus.Properties.GetAll $spiel
ok "our own properties" has "Version.*Voices.*Models.*Settings.*Paused" \
    call org.freedesktop.DBus.Properties.GetAll $ours
ok "settings have their types" has "'speech.rate': <1.0>" property $ours Settings
ok "no such property" refused UnknownProperty property $ours Nonsense
ok "properties are read-only" refused PropertyReadOnly \
    call org.freedesktop.DBus.Properties.Set $ours Paused '<true>'

# --- speaking, and the signals that come of it: gdbus and busctl leave at once, so that the signals
# --- of a job are seen by a monitor.
dbus-monitor --session "type='signal',interface='$ours'" \
    "type='signal',interface='org.freedesktop.DBus.Properties'" >"$TMPDIR/signals" 2>&1 &
monitor=$!
until grep -q NameAcquired "$TMPDIR/signals" || ! kill -0 $monitor; do sleep 0.05; done

seen() { # seen PATTERN: among the signals, within 10 s
    for _ in $(seq 100); do
        tr '\n' ' ' <"$TMPDIR/signals" | grep -Eq "$1" && return 0
        sleep 0.1
    done
    cat "$TMPDIR/signals"
    return 1
}

ok "Speak gives a job" has "uint32 [0-9]+" call $ours.Speak "one two" '{}'
ok "with every option" has "uint32 [0-9]+" call $ours.Speak "one" \
    "{'voice': <'quick'>, 'language': <'en-US'>, 'rate': <1.5>, 'pitch': <0.9>, 'volume': <1.0>,
      'priority': <'message'>, 'seed': <uint64 7>, 'ssml': <false>, 'play': <true>,
      'open': <false>}"
ok "Ask gives a job" has "uint32 [0-9]+" call $ours.Ask "what is it" "{'max-tokens': <uint32 9>}"
ok "Status" has "clients" call $ours.Status
ok "Pause" call $ours.Pause
ok "which all are told" seen 'PropertiesChanged.*"Paused".*boolean true'
ok "and which is a property" has true property $ours Paused
job=$(call $ours.Speak "waiting" "{'priority': <'message'>}" | tr -dc '0-9 ' | awk '{ print $NF }')
ok "a job" has "[0-9]" echo "$job"
ok "is cancelled" call $ours.Cancel "$job"
ok "Resume" call $ours.Resume
ok "CancelAll" call $ours.CancelAll

# --- wrong arguments ------------------------------------------------------------------------------
for wrong in "{'rate': <'fast'>}" "{'rate': <0.0>}" "{'rate': <10.1>}" "{'rate': <nan>}" \
    "{'pitch': <2.1>}" "{'volume': <-0.1>}" "{'temperature': <2.1>}" \
    "{'max-tokens': <uint32 65537>}" "{'voice': <7>}" "{'voice': <'nobody'>}" \
    "{'priority': <'urgent'>}" "{'ssml': <'yes'>}" "{'seed': <1>}" "{'colour': <'red'>}" \
    "{'format': <'mp3'>}" "{'open': <@as []>}" "{'play': <(1, 2)>}"; do
    ok "refused: $wrong" refused InvalidArgs call $ours.Speak "text" "$wrong"
done
ok "no such job" refused InvalidArgs call $ours.Cancel 4000000000
ok "no such method" refused UnknownMethod call $ours.Nonsense
ok "no such object" refused UnknownObject gdbus call --session -d "$NAME" -o /nowhere \
    -m $ours.Pause
bctl() {
    busctl --user --address="$DBUS_SESSION_BUS_ADDRESS" call "$NAME" "$OBJECT" "$@"
}
# Signatures other than the method's: each must be refused by name, none may do anything else.
for method in Speak Ask Render Append EndText Cancel CancelAll Pause Resume Status; do
    for arguments in "i 1" "ss a b" "as 0" "a{sv} 0" "uu 1 2" "v s x" "sa{ss} a 0" "(s) a" \
        "sssssss a b c d e f g" "d 1.5"; do
        # shellcheck disable=SC2086
        refused "InvalidArgs\|AccessDenied\|Failed\|takes" bctl $ours $method $arguments \
            >"$TMPDIR/wrong" 2>&1 || grep -q "takes" "$TMPDIR/wrong" ||
            { echo "$method $arguments"; cat "$TMPDIR/wrong"; } >>"$TMPDIR/wrongs"
    done
done
for arguments in "s a" "hss 0 a b" "sssddbs a b c 1 1 true e" "as 0"; do
    # shellcheck disable=SC2086
    bctl $spiel Synthesize $arguments >"$TMPDIR/wrong" 2>&1 && echo "Synthesize $arguments" \
        >>"$TMPDIR/wrongs"
done
ok "100 calls with wrong signatures are refused" sh -c "! cat '$TMPDIR/wrongs'"
ok "the same process has answered all this" has "^$first\$" pid_of_daemon
kill $monitor
kill -9 "$(pid_of_daemon)"
ok "killed, it is back with the next call" has "Sori" property $spiel Name
done_testing
