#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 of sorid while it works for eight clients, again and again; the bus starts it anew.
set -u
. "$top_srcdir/tests/daemon/front-lib.sh"
need dbus-daemon gdbus /usr/bin/python3
mkdir -p "$HOME/.config/sori"
printf '[speech]\nvoice = quick\n' >"$HOME/.config/sori/sori.conf"
start_bus
/usr/bin/python3 "$top_srcdir/tests/fault/daemon-killed.py"
