# SPDX-License-Identifier: Apache-2.0
# Shared by the tests of the command line: sourced, with top_builddir and the search paths set.
# Works in a scratch folder; `sori` is the program that was built.
PATH=${top_builddir:?}:$PATH
export PATH LC_ALL=C.UTF-8
scratch=${TMPDIR:-/tmp}
cd "$scratch" || exit 99
. "${top_srcdir:?}/tests/tap.sh"

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
