dist_check_SCRIPTS += tests/abi/test-binary.sh tests/abi/test-symbols.sh
TESTS += tests/abi/test-binary.sh tests/abi/test-symbols.sh

check_PROGRAMS += tests/abi/test-settings
TESTS += tests/abi/test-settings
tests_abi_test_settings_LDADD = libworker.la $(test_libs)
