# SPDX-License-Identifier: Apache-2.0
# TAP for tests in shell: sourced. What a test leaves in a file `said` is shown when it fails.
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

# The plan comes last; its status is that of the script.
finish() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}
