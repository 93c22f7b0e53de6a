#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ./try, ./check, run-uninstalled.sh and the functions of build-aux/setup.sh that need no root.
set -u
cd "${top_srcdir:?}" || exit 99
. tests/tap.sh

gives() { # STATUS PATTERN COMMAND...: the exit status, and a line of the output
    want=$1 pattern=$2
    shift 2
    output=$("$@" 2>&1 </dev/null)
    [ $? -eq "$want" ] && printf '%s\n' "$output" | grep -q -e "$pattern"
}

for script in try check run-uninstalled.sh; do
    result "$script --help" gives 0 '^Usage: ' "./$script" --help
done
result "check refuses an unknown option" gives 2 '^Usage: ' ./check --nonsense
result "try refuses an unknown option" gives 2 '^Usage: ' ./try --nonsense
result "run-uninstalled.sh without a program" gives 2 '^Usage: ' ./run-uninstalled.sh
result "run-uninstalled.sh with an unknown one" gives 127 'does not exist' \
    ./run-uninstalled.sh no-such-program

result "packages.debian: comments, sections and names of packages" \
    sh -c '! grep -vE "^(#.*|\[[a-z]+\]|[a-z0-9][a-z0-9.+-]+)?\$" packages.debian'

# The folder of the functions under test is one of our own making.
top=$(pwd)
here=$(mktemp -d) && cd "$here" || exit 99
cat >packages.debian <<'EOF'
# comment
[build]
gcc   # why
base-files

[test]
no-such-package-of-debian
base-files
EOF
. "$top/build-aux/setup.sh"

list() {
    "$@" | tr '\n' ' '
}
result "packages of one section" [ "$(list packages build)" = "gcc base-files " ]
result "packages of two sections" \
    [ "$(list packages build test)" = "gcc base-files no-such-package-of-debian base-files " ]
result "no packages of no section" [ -z "$(list packages run)" ]
if command -v dpkg-query >/dev/null; then
    result "what is missing" [ "$(list missing test)" = "no-such-package-of-debian " ]
    result "nothing to install makes no sound" gives 0 '^$' install_packages run
fi
result "a failing step ends the script and shows what it said" gives 1 'said before the end' eval \
    '(run_logged log Step sh -c "echo said before the end; exit 3"; echo not reached)'
result "a step that succeeds is quiet" gives 0 '^$' run_logged log Step echo said
finish
