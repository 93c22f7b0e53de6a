# Every test speaks TAP; `tests/run-one` gives it a time limit and its environment.
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	SORI_PLUGIN_PATH='$(abs_top_builddir)'; SORI_VOICE_PATH='$(abs_top_srcdir)/voices:$(abs_top_srcdir)/tests/daemon/voices'; \
	SORI_WORKER='$(abs_top_builddir)/sori-worker'; \
	CMOCKA_MESSAGE_OUTPUT=TAP; CC='$(CC)'; sori_hardening='$(hardening)'; \
	sori_programs='$(bin_PROGRAMS) $(libexec_PROGRAMS)'; sori_plugins='$(plugin_LTLIBRARIES)'; \
	sori_libraries='$(noinst_LTLIBRARIES)'; \
	export top_srcdir top_builddir SORI_PLUGIN_PATH SORI_VOICE_PATH SORI_WORKER CMOCKA_MESSAGE_OUTPUT CC \
		sori_hardening sori_programs sori_plugins sori_libraries;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/run-one
EXTRA_DIST += build-aux/tap-driver.sh tests/run-one tests/leaks.supp tests/tsan.supp

# A cmocka program tests/DIR/test-NAME needs only: check_PROGRAMS += ..., TESTS += ..., and, where it
# links more than cmocka, its own _LDADD (begin it with $(test_libs)).
test_libs = $(CMOCKA_LIBS) -lm
test_cflags = $(program_cflags) $(CMOCKA_CFLAGS) -UNDEBUG

include tests/unit/unit.mk
include tests/kernels/kernels.mk
include tests/golden/golden.mk
include tests/abi/abi.mk
include tests/daemon/daemon.mk
include tests/fault/fault.mk
include tests/fuzz/fuzz.mk
include tests/bench/bench.mk
include tests/audio/audio.mk
include tests/speechd/speechd.mk
include tests/quality/quality.mk
include tests/recipe/recipe.mk
include tests/daemon/front.mk
include tests/llm/text.mk
include tests/llm/model.mk
dist_check_SCRIPTS += tests/style
TESTS += tests/style
include tests/client/client.mk
