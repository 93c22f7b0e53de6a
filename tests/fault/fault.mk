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
