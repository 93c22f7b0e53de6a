# The front ends of sorid, with clients that others wrote, and with hostile ones.
check_PROGRAMS += tests/daemon/first-sample tests/daemon/test-stream tests/daemon/test-wyoming-event
tests_daemon_first_sample_LDADD = $(DBUS_LIBS)
tests_daemon_test_stream_LDADD = libfront.la libdaemon.la libworker.la $(test_libs)
tests_daemon_test_wyoming_event_LDADD = libfront.la libworker.la $(JANSSON_LIBS) $(test_libs)
front_tests = tests/daemon/test-socket.sh tests/daemon/test-dbus.sh tests/daemon/test-spiel.sh \
	tests/daemon/test-wyoming.sh tests/daemon/test-sorid.sh tests/daemon/test-loudspeaker.sh \
	tests/daemon/test-config.sh tests/daemon/test-ask.sh tests/daemon/test-voices-watch.sh \
	tests/daemon/test-systemd.sh tests/daemon/test-latency.sh
TESTS += tests/daemon/test-wyoming-event tests/daemon/test-stream $(front_tests)
dist_check_SCRIPTS += $(front_tests)
distclean_folders += tests/daemon/spiel-target tests/daemon/wyoming-venv
EXTRA_DIST += tests/daemon/front-lib.sh tests/daemon/socket-client.py tests/daemon/loudspeaker.py \
	tests/daemon/wyoming-client.py tests/daemon/latency.py \
	tests/daemon/spiel/Cargo.toml tests/daemon/spiel/Cargo.lock tests/daemon/spiel/src/main.rs
