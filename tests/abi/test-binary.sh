#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every program and plugin as built: position independent, full RELRO, no executable stack, stack
# protector, FORTIFY. The first tests run the same checks on a program built without any of it, and
# expect each to complain. Environment: top_builddir, sori_programs, sori_plugins, sori_hardening
# and CC.
set -u
cd "${top_builddir:?}" || exit 99
if [ "${sori_hardening:?}" != yes ]; then
    echo "1..0 # SKIP built without hardening or with sanitizers"
    exit 0
fi
. "${top_srcdir:?}/tests/tap.sh"

fails() {
    ! "$@"
}

has() { # PATTERN FILE READELF-OPTION...
    pattern=$1 file=$2
    shift 2
    LC_ALL=C readelf -W "$@" "$file" | grep -Eq -- "$pattern"
}

is_position_independent() {
    has 'Type: +DYN' "$1" -h
}

has_full_relro() {
    has '^ +GNU_RELRO ' "$1" -l && has '(FLAGS.*\bBIND_NOW\b|FLAGS_1.*\bNOW\b)' "$1" -d
}

has_plain_stack() {
    has '^ +GNU_STACK .* RW ' "$1" -l && ! has '^ +LOAD .* RWE ' "$1" -l
}

has_stack_protector() {
    has ' UND __stack_chk_fail' "$1" --dyn-syms
}

# With FORTIFY each use of these goes to its checked twin, whatever the size of the buffer. One
# exception: gcc makes a checked snprintf or vsnprintf plain again where neither the size nor the
# format ("]") leaves anything to check, so a plain one may stand beside its twin, but not alone.
is_fortified() {
    plain='v?f?printf|v?sprintf|v?dprintf|v?asprintf|longjmp'
    for function in snprintf vsnprintf; do
        has " UND __${function}_chk(@|\$)" "$1" --dyn-syms || plain="$plain|$function"
    done
    ! has " UND ($plain)(@|\$)" "$1" --dyn-syms
}

checks="is_position_independent has_full_relro has_plain_stack has_stack_protector is_fortified"

bad=${TMPDIR:-/tmp}/bad
cat >"$bad.c" <<'EOF'
#include <stdio.h>
int main(int argc, char **argv)
{
    char text[64];
    snprintf(text, sizeof text, argv[0], argc);
    return printf(text, argc);
}
EOF
if $CC -w -O1 -U_FORTIFY_SOURCE -fno-stack-protector -fno-pie -no-pie -Wl,-z,norelro -Wl,-z,lazy \
    -Wl,-z,execstack -o "$bad" "$bad.c"; then
    for check in $checks; do
        result "self-test: a bare program fails $check" fails "$check" "$bad"
    done
else
    result "self-test: a bare program builds" false
fi

# A program whose only calls of the kind are snprintf, one of them with nothing to check.
cat >"$bad.c" <<'EOF'
#include <stdio.h>
int main(int argc, char **argv)
{
    char text[64];
    snprintf(text, sizeof text, "]");
    return snprintf(text + argc, sizeof text - argc, "%s%d", argv[0], argc);
}
EOF
if $CC -w -O2 -U_FORTIFY_SOURCE -o "$bad" "$bad.c" &&
    $CC -w -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -o "$bad-not" "$bad.c"; then
    result "self-test: snprintf alone fails is_fortified" fails is_fortified "$bad"
    result "self-test: snprintf beside its twin passes" is_fortified "$bad-not"
else
    result "self-test: a program with snprintf builds" false
fi

for program in ${sori_programs-}; do
    file=$program
    [ ! -f ".libs/$program" ] || file=.libs/$program
    for check in $checks; do
        result "$program: $check" "$check" "$file"
    done
done
for plugin in ${sori_plugins:?}; do
    for check in $checks; do
        result "$plugin: $check" "$check" ".libs/${plugin%.la}.so"
    done
done
finish
