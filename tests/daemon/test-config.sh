#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Settings: the table of the code is what sorid(8) and sori.conf(5) say; wrong lines are told and do
# no harm; SIGHUP reads them again. The daemon's life: readiness, watchdog, idle exit, unloading.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus /usr/bin/python3
cd "$TMPDIR" || exit 1

has() {
    pattern=$1
    shift
    "$@" >has 2>&1
    cat has
    grep -Eq -- "$pattern" has
}

# --- one table ------------------------------------------------------------------------------------
# As lines "OPTION DEFAULT|HELP", in the order of the table.
"$daemon" --help | sed -n '/their defaults/,$p' |
    sed -n '/^  --/{N;s/^  --\([a-z-]*\)=\(.*\)\n *\(.*\)$/\1 \2|\3/p;}' >table
# rows_of PAGE: its rows, the first letter and the full stop of the help as in the table.
rows_of() {
    awk '/^\.Ss \[/ { gsub(/[][]/, "", $2); section = $2 "-" }
        /^\.It (Cm|Fl) / && / Ns =/ {
            name = $3
            value = $0
            if (!sub(/.* Ns = Ns Ar /, "", value)) value = ""
            getline help
            sub(/\.$/, "", help)
            name = $2 == "Fl" ? substr(name, 2) : section name
            help = tolower(substr(help, 1, 1)) substr(help, 2)
            if (name != "config") print name " " value "|" help
        }' "$top_srcdir/man/$1"
}
for page in sori.conf.5 sorid.8; do
    rows_of $page >page
    ok "$page has the rows of the table" diff table page
done
ok "which has 19 rows or more" test "$(wc -l <table)" -ge 19
if command -v mandoc >/dev/null; then
    ok "mandoc has nothing to say" mandoc -T lint -W warning "$top_srcdir/man/sorid.8" \
        "$top_srcdir/man/sori.conf.5"
fi

# --- wrong lines ----------------------------------------------------------------------------------
start_bus
bus=$DBUS_SESSION_BUS_ADDRESS
pid=''
stop_daemon() {
    [ -n "$pid" ] || return 0
    kill "$pid" 2>/dev/null
    wait "$pid"
    status=$?
    pid=''
    return $status
}
trap 'stop_daemon; stop_bus' EXIT
ready() { # PATTERN: within 10 s on standard error
    for _ in $(seq 200); do
        grep -Eq "$1" errors && return 0
        sleep 0.05
    done
    cat errors
    return 1
}
answers() {
    for _ in $(seq 200); do
        [ -n "$(pid_of_daemon 2>/dev/null)" ] && return 0
        sleep 0.05
    done
    return 1
}
setting() {
    call org.freedesktop.DBus.Properties.Get org.sori.Speech1 Settings
}
cat >settings.conf <<'END'
# a comment
[speech]
voice = steady
rate = fast
speed = 2
pitch = 1.5
what is this
[audio]
idle-close = 601
output = wavfile path=/dev/null format=raw
[nonsense]
rate = 2
END
"$daemon" --config=settings.conf --daemon-idle-exit=0 --speech-volume=0.5 2>errors &
pid=$!
ok "wrong settings do not keep it from starting" answers
for complaint in "settings.conf:4: rate is 'fast', not a number from 0.1 to 10" \
    "settings.conf:5: there is no setting 'speed' in \[speech\]" \
    "settings.conf:7: neither a \[section\] nor KEY = VALUE" \
    "settings.conf:9: idle-close is '601', not a number of seconds from 0 to 600" \
    "settings.conf:12: there is no setting 'rate' in \[nonsense\]"; do
    ok "told: $complaint" ready "$complaint"
done
ok "and nothing else" test "$(wc -l <errors)" -eq 5
ok "what is right counts" has "'speech.voice': <'steady'>" setting
ok "wrong values leave the default" has "'speech.rate': <1.0>" setting
ok "lines behind a wrong one count" has "'speech.pitch': <1.5>" setting
ok "options win" has "'speech.volume': <0.5>" setting
printf '[speech]\nrate = 2\nvolume = 3\n' >settings.conf
kill -HUP "$pid"
reloaded() {
    for _ in $(seq 100); do
        setting | grep -q "'speech.rate': <2.0>" && return 0
        sleep 0.05
    done
    setting
    return 1
}
ok "SIGHUP reads them again" reloaded
ok "what is gone has its default" has "'speech.pitch': <1.0>" setting
ok "options still win" has "'speech.volume': <0.5>" setting
ok "SIGTERM ends it in peace" stop_daemon
ok "a file that was named must be there" sh -c "'$daemon' --config=nowhere --daemon-idle-exit=0.1 \
    2>&1 | grep -q 'nowhere: No such file'"
for wrong in --speech-rate=11 --speech-rate --speech-nonsense=1 nonsense \
    --daemon-sandbox=perhaps; do
    ok "$wrong: an error, and status 2" sh -c "'$daemon' $wrong 2>errors; test \$? -eq 2 &&
        test \$(wc -l <errors) -eq 1"
done

# --- life -----------------------------------------------------------------------------------------
ok "it exits when it is idle" timeout 20 "$daemon" --daemon-idle-exit=0.2
cat >notify.py <<'END'
import os, socket, subprocess, sys, time
path = os.path.join(os.environ["XDG_RUNTIME_DIR"], "notify")
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(path)
listener.settimeout(20)
environment = dict(os.environ, NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
daemon = subprocess.Popen([sys.argv[1], "--daemon-idle-exit=1"], env=environment)
seen = []
while "STOPPING=1" not in seen:
    seen.append(listener.recv(100).decode())
print(seen)
sys.exit(seen.count("READY=1") != 1 or seen.count("WATCHDOG=1") < 5 or daemon.wait() != 0)
END
ok "readiness, signs of life and the end are told to systemd" /usr/bin/python3 notify.py "$daemon"

# workers N: so many voices are loaded, within 10 s.
workers() {
    for _ in $(seq 200); do
        n_workers=$(cat "/proc/$pid/task/$pid/children" | wc -w)
        [ "$n_workers" -eq "$1" ] && return 0
        sleep 0.05
    done
    echo "$n_workers"
    return 1
}
"$daemon" --daemon-idle-exit=0 --daemon-unload=1 --daemon-loaded-voices=1 \
    --audio-output='wavfile path=/dev/null format=raw' &
pid=$!
answers
"$top_builddir/sori" say -v quick one
ok "a voice and the loudspeaker" workers 2
"$top_builddir/sori" say -v steady two
ok "a second voice takes the place of the first" workers 2
ok "which is unloaded when nobody uses it" workers 1
ok "and loaded again when somebody does" "$top_builddir/sori" say -v steady three
ok "it ends with its workers" stop_daemon

# --- systemd --------------------------------------------------------------------------------------
ok "the bus leaves the start to systemd where that is" \
    grep -q '^SystemdService=sorid.service$' "$top_builddir/daemon/$NAME.service"
ok "both name a program with its whole path" \
    test "$(cat "$top_builddir"/daemon/*.service | grep -c '^Exec[A-Za-z]*=/.*/sorid$')" -eq 2
if command -v systemd-analyze >/dev/null; then
    exposure() {
        systemd-analyze security --offline=yes "$top_builddir/daemon/sorid.service" 2>&1 |
            sed -n 's/.*Overall exposure level for sorid.service: \([0-9.]*\).*/\1/p'
    }
    score=$(exposure)
    echo "# FIGURE row 22, exposure of sorid.service by systemd-analyze security: $score (of 10)"
    ok "systemd-analyze security" awk -v score="$score" 'BEGIN { exit !(score != "" && score < 7) }'
fi
done_testing
