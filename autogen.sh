#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes ./configure in a checkout (a release tarball has it already).
cd "$(dirname "$0")" && exec autoreconf -fi
