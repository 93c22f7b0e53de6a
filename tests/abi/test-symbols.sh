#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may know whom, read off the symbol tables: a plugin exports sori_plugin_entry and nothing else
# and needs no symbol of the host; what plugins are made of neither prints, logs nor exits.
# Environment: top_srcdir, top_builddir, sori_plugins, sori_libraries and CC.
set -u
cd "${top_builddir:?}" || exit 99
. "${top_srcdir:?}/tests/tap.sh"

none() { # COMPLAINT: passes when there is nothing to complain about
    [ -z "$1" ] || { printf '%s\n' "$1" | sed 's/^/# /' && false; }
}

# What the object exports besides the entry point, and the entry point if it is missing.
wrong_exports() {
    nm -D --defined-only "$1" | awk '
        $3 == "sori_plugin_entry" { entry = 1; next }
        { print "exports " $3 }
        END { if (!entry) print "does not export sori_plugin_entry" }'
}

# What the object wants from whoever opens it: only libraries may give it symbols.
wrong_imports() {
    nm -D --undefined-only "$1" |
        awk '$2 ~ /^(sori_|worker_|host_|pipeline_)/ { print "needs " $2 }'
}

# Calls that a library without input, output and opinion does not make.
wrong_calls() {
    nm -A --undefined-only "$1" | awk '
        $NF ~ /^(__)?v?(f|d|s|)printf(_chk)?$/ ||
        $NF ~ /^(puts|fputs|fputc|putchar|fwrite|fopen|fdopen|stdout|stderr|perror)$/ ||
        $NF ~ /^(exit|_exit|quick_exit|abort|syslog|v?err|v?warnx?|dlopen|dlsym)$/'
}

bad=${TMPDIR:-/tmp}/bad
cat >"$bad.c" <<'EOF'
#include <stdio.h>
int sori_host_secret(void);
int second_symbol(int n);
int second_symbol(int n)
{
    fprintf(stderr, "%d\n", n);
    return sori_host_secret();
}
EOF
if $CC -w -shared -fPIC -o "$bad.so" "$bad.c" && $CC -w -fPIC -c -o "$bad.o" "$bad.c"; then
    for check in wrong_exports wrong_imports wrong_calls; do
        [ $check = wrong_calls ] && file=$bad.o || file=$bad.so
        result "self-test: $check" none "$([ -n "$($check "$file")" ] || echo 'no complaint')"
    done
else
    result "self-test: a bad plugin builds" none "the compiler failed"
fi

for plugin in ${sori_plugins:?}; do
    file=.libs/${plugin%.la}.so
    result "$plugin exports one symbol" none "$(wrong_exports "$file")"
    result "$plugin needs nothing of the host" none "$(wrong_imports "$file")"
done
for library in ${sori_libraries-}; do
    case $library in
    libdaemon.la | libfront.la | libvoice.la | libworker.la) ;;
    *) result "$library is silent" none "$(wrong_calls ".libs/${library%.la}.a")" ;;
    esac
done
finish
