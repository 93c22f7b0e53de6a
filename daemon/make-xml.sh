#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make-xml.sh FILE...: the interfaces in these files, as a C string for the answer to Introspect.
set -eu
echo '/* Made by daemon/make-xml.sh. */'
echo '#define INTROSPECTION_XML \'
awk '/<interface /, /<\/interface>/ {
    gsub(/"/, "\\\"")
    printf "    \"%s\\n\" \\\n", $0
}' "$@"
echo '    ""'
