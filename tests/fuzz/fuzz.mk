# Fuzz targets (tests/fuzz/fuzz.h). Plain builds replay the corpus in `make check`; configured with
# --enable-fuzzing CC=clang, they are fuzzers: `make fuzz FUZZ_SECONDS=180`.
fuzz_targets = \
	tests/fuzz/fuzz-config \
	tests/fuzz/fuzz-dbus \
	tests/fuzz/fuzz-english \
	tests/fuzz/fuzz-frame \
	tests/fuzz/fuzz-gguf \
	tests/fuzz/fuzz-lexicon \
	tests/fuzz/fuzz-manifest \
	tests/fuzz/fuzz-speak \
	tests/fuzz/fuzz-ssml \
	tests/fuzz/fuzz-tokenizer \
	tests/fuzz/fuzz-wyoming
check_PROGRAMS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/fuzz.h

# What calls the target: libFuzzer, or replay.c.
if FUZZING
fuzz_engine = $(LIBFUZZER)
else
fuzz_engine = tests/fuzz/libreplay.la
check_LTLIBRARIES += tests/fuzz/libreplay.la
tests_fuzz_libreplay_la_SOURCES = tests/fuzz/replay.c
TESTS += $(fuzz_targets)
endif

tests_fuzz_fuzz_config_LDADD = $(fuzz_engine) libdaemon.la
tests_fuzz_fuzz_dbus_LDADD = $(fuzz_engine) libfront.la libdaemon.la $(DBUS_LIBS)
tests_fuzz_fuzz_english_LDADD = $(fuzz_engine) libenglish.la -lm
tests_fuzz_fuzz_frame_LDADD = $(fuzz_engine) libdaemon.la
tests_fuzz_fuzz_gguf_LDADD = $(fuzz_engine) libgguf.la -lm
tests_fuzz_fuzz_lexicon_LDADD = $(fuzz_engine) libenglish.la -lm
tests_fuzz_fuzz_manifest_LDADD = $(fuzz_engine) libvoice.la
# Its plugins find what the fuzzer counts with in the program.
tests_fuzz_fuzz_speak_LDFLAGS = $(AM_LDFLAGS) -rdynamic
tests_fuzz_fuzz_speak_LDADD = $(fuzz_engine) libworker.la -lm
tests_fuzz_fuzz_ssml_LDADD = $(fuzz_engine) libtext.la
tests_fuzz_fuzz_tokenizer_LDADD = $(fuzz_engine) libllmtext.la libgguf.la -lm
tests_fuzz_fuzz_wyoming_LDADD = $(fuzz_engine) libfront.la libdaemon.la $(JANSSON_LIBS)

# The first seeds, from what the other tests are made of.
EXTRA_PROGRAMS += tests/fuzz/make-corpus
CLEANFILES += tests/fuzz/make-corpus$(EXEEXT)
tests_fuzz_make_corpus_LDADD = libgguf.la $(DBUS_LIBS) -lm
corpus: tests/fuzz/make-corpus$(EXEEXT)
	$(MKDIR_P) $(srcdir)/tests/fuzz/corpus
	top_srcdir=$(srcdir) tests/fuzz/make-corpus$(EXEEXT) $(srcdir)/tests/fuzz/corpus

# Each target for FUZZ_SECONDS; inputs that go on to new code are kept in the build tree, those that
# end the process as ./NAME-crash-* and the like.
FUZZ_SECONDS = 60
FUZZ_FLAGS = -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1
if FUZZING
fuzz: $(fuzz_targets) tone.la sonic.la
	@status=0; for target in $(fuzz_targets); do \
		name=$${target#tests/fuzz/fuzz-}; echo "== $$name"; $(MKDIR_P) fuzz-found/$$name; \
		env top_srcdir='$(abs_top_srcdir)' SORI_PLUGIN_PATH='$(abs_top_builddir)' \
			SORI_VOICE_PATH='$(abs_top_srcdir)/voices' \
			$$target $(FUZZ_FLAGS) -max_total_time=$(FUZZ_SECONDS) \
			-artifact_prefix=fuzz-$$name- fuzz-found/$$name \
			$(srcdir)/tests/fuzz/corpus/$$name || status=1; \
	done; exit $$status
else
fuzz:
	@echo "fuzzers need: ../configure --enable-fuzzing CC=clang" >&2; exit 1
endif
.PHONY: corpus fuzz
