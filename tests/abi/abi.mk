dist_check_SCRIPTS += tests/abi/test-binary.sh
TESTS += tests/abi/test-binary.sh

dist_check_SCRIPTS += tests/abi/test-symbols.sh
TESTS += tests/abi/test-symbols.sh

check_PROGRAMS += tests/abi/test-settings
TESTS += tests/abi/test-settings
tests_abi_test_settings_SOURCES = tests/abi/test-settings.c
tests_abi_test_settings_CFLAGS = $(test_cflags)
tests_abi_test_settings_LDADD = libworker.la $(test_libs)
