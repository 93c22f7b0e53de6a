# The daemon's parts and real workers, with a client in the test.
daemon_tests = tests/daemon/test-queue-rules tests/daemon/test-requests tests/daemon/test-shares
check_PROGRAMS += $(daemon_tests)
TESTS += $(daemon_tests)
EXTRA_DIST += tests/daemon/harness.h tests/daemon/voices/broken.voice \
	tests/daemon/voices/quick.voice tests/daemon/voices/steady.voice

tests_daemon_test_queue_rules_LDADD = libdaemon.la $(test_libs)
tests_daemon_test_requests_LDADD = libdaemon.la $(test_libs)
tests_daemon_test_shares_LDADD = libdaemon.la $(test_libs)
