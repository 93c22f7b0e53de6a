fault_tests = tests/fault/test-alloc tests/fault/test-kill tests/fault/test-naughty \
	tests/fault/test-plugin tests/fault/test-soak
check_PROGRAMS += $(fault_tests)
TESTS += $(fault_tests)
# Plugins that misbehave, built by the tests.
EXTRA_DIST += tests/fault/bad-plugin.c tests/fault/naughty-plugin.c tests/fault/naughty.h

tests_fault_test_alloc_LDADD = libworker.la $(test_libs)
tests_fault_test_kill_LDADD = libdaemon.la $(test_libs)
tests_fault_test_naughty_LDADD = libdaemon.la $(test_libs)
tests_fault_test_plugin_LDADD = libworker.la $(test_libs)
tests_fault_test_soak_LDADD = libdaemon.la $(test_libs)

fault_scripts = tests/fault/test-calls.sh tests/fault/test-descriptors.sh \
	tests/fault/test-slow-clients.sh tests/fault/test-daemon-killed.sh
TESTS += $(fault_scripts)
dist_check_SCRIPTS += $(fault_scripts)
EXTRA_DIST += tests/fault/calls.py tests/fault/daemon-killed.py tests/fault/descriptors.py \
	tests/fault/fail-call.c tests/fault/slow-clients.py
