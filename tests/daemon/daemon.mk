# The daemon's parts and real workers, with a client in the test.
daemon_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests \
	-DTEST_VOICES='"$(abs_top_srcdir)/tests/daemon/voices"'
EXTRA_DIST += tests/daemon/harness.h tests/daemon/voices/broken.voice \
	tests/daemon/voices/quick.voice tests/daemon/voices/steady.voice

check_PROGRAMS += test-requests
TESTS += test-requests
test_requests_SOURCES = tests/daemon/test-requests.c tests/daemon/harness.h
test_requests_CPPFLAGS = $(daemon_test_cppflags)
test_requests_CFLAGS = $(test_cflags)
test_requests_LDADD = libdaemon.la $(test_libs)

check_PROGRAMS += test-queue-rules
TESTS += test-queue-rules
test_queue_rules_SOURCES = tests/daemon/test-queue-rules.c tests/daemon/harness.h
test_queue_rules_CPPFLAGS = $(daemon_test_cppflags)
test_queue_rules_CFLAGS = $(test_cflags)
test_queue_rules_LDADD = libdaemon.la $(test_libs)

check_PROGRAMS += test-shares
TESTS += test-shares
test_shares_SOURCES = tests/daemon/test-shares.c tests/daemon/harness.h
test_shares_CPPFLAGS = $(daemon_test_cppflags)
test_shares_CFLAGS = $(test_cflags)
test_shares_LDADD = libdaemon.la $(test_libs)
