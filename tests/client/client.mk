# The command line: the real program with real voices.
client_scripts = tests/client/test-cli.sh tests/client/test-long.sh tests/client/test-man.sh \
	tests/client/test-dictionary.sh tests/client/test-models.sh tests/client/test-say.sh
dist_check_SCRIPTS += $(client_scripts)
TESTS += $(client_scripts)
EXTRA_DIST += tests/client/lib.sh

check_PROGRAMS += tests/client/test-median tests/client/test-suggest
TESTS += tests/client/test-median tests/client/test-suggest
tests_client_test_median_SOURCES = tests/client/test-median.c client/median.c
tests_client_test_suggest_SOURCES = tests/client/test-suggest.c client/suggest.c
