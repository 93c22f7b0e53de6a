dist_check_SCRIPTS += tests/unit/test-scripts.sh
TESTS += tests/unit/test-scripts.sh
