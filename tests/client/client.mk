# The command line: the real program with real voices.
client_scripts = tests/client/test-cli.sh tests/client/test-long.sh tests/client/test-man.sh \
	tests/client/test-dictionary.sh tests/client/test-models.sh tests/client/test-say.sh
dist_check_SCRIPTS += $(client_scripts)
TESTS += $(client_scripts)
EXTRA_DIST += tests/client/lib.sh

check_PROGRAMS += tests/client/test-words
TESTS += tests/client/test-words
tests_client_test_words_SOURCES = tests/client/test-words.c \
	client/suggest.c client/suggest.h client/utf8.c client/utf8.h
tests_client_test_words_CFLAGS = $(test_cflags)
tests_client_test_words_LDADD = $(test_libs)
