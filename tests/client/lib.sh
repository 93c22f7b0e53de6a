# SPDX-License-Identifier: Apache-2.0
# Shared by the tests of the command line: sourced, with top_builddir and the search paths set.
# Works in a scratch folder; `sori` is the program that was built.
PATH=${top_builddir:?}:$PATH
export PATH LC_ALL=C.UTF-8
scratch=${TMPDIR:-/tmp}
cd "$scratch" || exit 99

tests=0 failures=0
result() { # NAME COMMAND...
    tests=$((tests + 1)) name=$1
    shift
    if "$@"; then
        echo "ok $tests - $name"
    else
        echo "not ok $tests - $name"
        [ ! -f said ] || sed 's/^/# /' said | head -n 5
        failures=$((failures + 1))
    fi
}

skip() { # NAME REASON
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

# gives STATUS PATTERN COMMAND...: the exit status, and a line of the output that matches.
gives() {
    want=$1 pattern=$2
    shift 2
    "$@" >said 2>&1 </dev/null
    [ $? -eq "$want" ] && { [ -z "$pattern" ] || grep -q -e "$pattern" said; }
}

# silent STATUS COMMAND...: the exit status, and not a word.
silent() {
    want=$1
    shift
    "$@" >said 2>&1 </dev/null
    [ $? -eq "$want" ] && [ ! -s said ]
}

# Does the default voice speak in this tree?
have_heart() {
    sori text -v heart hello >/dev/null 2>&1
}

seconds_of() { # FILE: its length, as the independent reader sees it
    soxi -D "$1" 2>/dev/null || echo 0
}

between() { # MIN VALUE MAX
    awk -v min="$1" -v value="$2" -v max="$3" 'BEGIN { exit !(min <= value && value <= max) }'
}

finish() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}
