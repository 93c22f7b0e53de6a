#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run-uninstalled.sh PROGRAM [ARGUMENT...]: runs one of our programs from the build tree, with the
# plugins built there and the voices of the source tree. SORI_BUILD names another build tree.
set -eu
top=$(cd "$(dirname "$0")" && pwd)
build=${SORI_BUILD:-$top/build}

if [ $# -eq 0 ] || [ "$1" = --help ]; then
    echo "Usage: ./run-uninstalled.sh PROGRAM [ARGUMENT...]"
    echo "Runs PROGRAM (sori, ...) from $build; SORI_BUILD names another build tree."
    [ $# -gt 0 ] && exit 0
    exit 2
fi
program=$1
shift
if [ ! -x "$build/$program" ]; then
    echo "run-uninstalled.sh: $build/$program does not exist; './try' builds it" >&2
    exit 127
fi
SORI_PLUGIN_PATH=$build${SORI_PLUGIN_PATH:+:$SORI_PLUGIN_PATH}
SORI_VOICE_PATH=$top/voices${SORI_VOICE_PATH:+:$SORI_VOICE_PATH}
SORI_WORKER=$build/sori-worker
SORI_INSTALL_MODEL=$top/models/install-model
export SORI_PLUGIN_PATH SORI_VOICE_PATH SORI_WORKER SORI_INSTALL_MODEL
exec "$build/$program" "$@"
