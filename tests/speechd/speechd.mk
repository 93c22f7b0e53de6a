# sd_sori alone, under the real speech-dispatcher with its real clients, and behind the real Orca.
speechd_tests = tests/speechd/test-module.sh tests/speechd/test-server.sh \
	tests/speechd/test-latency.sh tests/speechd/test-orca.sh
dist_check_SCRIPTS += $(speechd_tests)
EXTRA_DIST += tests/speechd/clients.py tests/speechd/latency.py tests/speechd/lib.sh \
	tests/speechd/orca.py tests/speechd/window.py
TESTS += $(speechd_tests)

check_PROGRAMS += tests/speechd/test-reply
TESTS += tests/speechd/test-reply
tests_speechd_test_reply_SOURCES = tests/speechd/test-reply.c client/speechd/reply.c

check_PROGRAMS += tests/speechd/test-voices
TESTS += tests/speechd/test-voices
tests_speechd_test_voices_SOURCES = tests/speechd/test-voices.c client/speechd/reply.c \
	client/speechd/voices.c
tests_speechd_test_voices_LDADD = libworker.la $(test_libs)
