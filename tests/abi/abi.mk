dist_check_SCRIPTS += tests/abi/test-binary.sh
TESTS += tests/abi/test-binary.sh

dist_check_SCRIPTS += tests/abi/test-symbols.sh
TESTS += tests/abi/test-symbols.sh
