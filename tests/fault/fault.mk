check_PROGRAMS += tests/fault/test-plugin
TESTS += tests/fault/test-plugin
EXTRA_DIST += tests/fault/bad-plugin.c
tests_fault_test_plugin_SOURCES = tests/fault/test-plugin.c
tests_fault_test_plugin_CFLAGS = $(test_cflags)
tests_fault_test_plugin_LDADD = libworker.la $(test_libs)

check_PROGRAMS += tests/fault/test-alloc
TESTS += tests/fault/test-alloc
tests_fault_test_alloc_SOURCES = tests/fault/test-alloc.c
tests_fault_test_alloc_CFLAGS = $(test_cflags)
tests_fault_test_alloc_LDADD = libworker.la $(test_libs)

check_PROGRAMS += test-kill
TESTS += test-kill
test_kill_SOURCES = tests/fault/test-kill.c tests/daemon/harness.h
test_kill_CPPFLAGS = $(daemon_test_cppflags)
test_kill_CFLAGS = $(test_cflags)
test_kill_LDADD = libdaemon.la $(test_libs)

check_PROGRAMS += test-naughty
TESTS += test-naughty
EXTRA_DIST += tests/fault/naughty-plugin.c
test_naughty_SOURCES = tests/fault/test-naughty.c tests/fault/naughty.h tests/daemon/harness.h
test_naughty_CPPFLAGS = $(daemon_test_cppflags)
test_naughty_CFLAGS = $(test_cflags)
test_naughty_LDADD = libdaemon.la $(test_libs)

check_PROGRAMS += test-soak
TESTS += test-soak
test_soak_SOURCES = tests/fault/test-soak.c tests/daemon/harness.h
test_soak_CPPFLAGS = $(daemon_test_cppflags)
test_soak_CFLAGS = $(test_cflags)
test_soak_LDADD = libdaemon.la $(test_libs)

fault_scripts = tests/fault/test-calls.sh tests/fault/test-descriptors.sh \
	tests/fault/test-slow-clients.sh tests/fault/test-daemon-killed.sh
TESTS += $(fault_scripts)
dist_check_SCRIPTS += $(fault_scripts)
EXTRA_DIST += tests/fault/calls.py tests/fault/daemon-killed.py tests/fault/descriptors.py \
	tests/fault/fail-call.c tests/fault/slow-clients.py
