# sd_sori alone, and under the real speech-dispatcher with its real clients.
dist_check_SCRIPTS += tests/speechd/test-module.sh tests/speechd/test-server.sh
EXTRA_DIST += tests/speechd/clients.py
TESTS += tests/speechd/test-module.sh tests/speechd/test-server.sh
