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
EXTRA_DIST += build-aux/tap-driver.sh tests/run-one tests/tap.sh tests/leaks.supp tests/tsan.supp

# The program tests/DIR/test-NAME is made of tests/DIR/test-NAME.c, and needs two lines in DIR.mk: its
# place in the list, and what it links besides cmocka. All objects below tests/ are compiled alike.
test_libs = $(CMOCKA_LIBS) -lm -lpthread
LDADD = $(test_libs)
tests/%.$(OBJEXT) tests/%.lo: AM_CPPFLAGS += -I$(top_srcdir)/tests \
	-DTEST_VOICES='"$(abs_top_srcdir)/tests/daemon/voices"'
tests/%.$(OBJEXT) tests/%.lo: AM_CFLAGS += -fPIE -pthread -UNDEBUG $(CMOCKA_CFLAGS) $(DBUS_CFLAGS) \
	$(EXPAT_CFLAGS) $(JANSSON_CFLAGS) $(SNDFILE_CFLAGS) $(UTF8PROC_CFLAGS)

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
