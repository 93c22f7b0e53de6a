# sd_sori alone.
dist_check_SCRIPTS += tests/speechd/test-module.sh
TESTS += tests/speechd/test-module.sh
