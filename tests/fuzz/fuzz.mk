# Fuzz targets (tests/fuzz/fuzz.h). Plain builds replay the corpus in `make check`; configured with
# --enable-fuzzing CC=clang, they are fuzzers: `make fuzz FUZZ_SECONDS=180`.
fuzz_targets = fuzz-gguf fuzz-manifest fuzz-config fuzz-frame fuzz-wyoming fuzz-dbus fuzz-ssml \
	fuzz-lexicon fuzz-english fuzz-tokenizer fuzz-speak
fuzz_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
fuzz_cflags = $(program_cflags) -UNDEBUG
EXTRA_DIST += tests/fuzz/corpus

check_PROGRAMS += $(fuzz_targets)
if FUZZING
fuzz_main =
fuzz_ldflags = $(program_ldflags) -fsanitize=fuzzer
else
fuzz_main = tests/fuzz/replay.c
fuzz_ldflags = $(program_ldflags)
TESTS += $(fuzz_targets)
endif

fuzz_gguf_SOURCES = tests/fuzz/fuzz-gguf.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_gguf_CPPFLAGS = $(fuzz_cppflags)
fuzz_gguf_CFLAGS = $(fuzz_cflags)
fuzz_gguf_LDFLAGS = $(fuzz_ldflags)
fuzz_gguf_LDADD = libgguf.la -lm

fuzz_manifest_SOURCES = tests/fuzz/fuzz-manifest.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_manifest_CPPFLAGS = $(fuzz_cppflags)
fuzz_manifest_CFLAGS = $(fuzz_cflags)
fuzz_manifest_LDFLAGS = $(fuzz_ldflags)
fuzz_manifest_LDADD = libvoice.la

fuzz_config_SOURCES = tests/fuzz/fuzz-config.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_config_CPPFLAGS = $(fuzz_cppflags)
fuzz_config_CFLAGS = $(fuzz_cflags)
fuzz_config_LDFLAGS = $(fuzz_ldflags)
fuzz_config_LDADD = libdaemon.la

fuzz_frame_SOURCES = tests/fuzz/fuzz-frame.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_frame_CPPFLAGS = $(fuzz_cppflags)
fuzz_frame_CFLAGS = $(fuzz_cflags)
fuzz_frame_LDFLAGS = $(fuzz_ldflags)
fuzz_frame_LDADD = libdaemon.la

fuzz_wyoming_SOURCES = tests/fuzz/fuzz-wyoming.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_wyoming_CPPFLAGS = $(fuzz_cppflags)
fuzz_wyoming_CFLAGS = $(fuzz_cflags) $(JANSSON_CFLAGS)
fuzz_wyoming_LDFLAGS = $(fuzz_ldflags)
fuzz_wyoming_LDADD = libfront.la libdaemon.la $(JANSSON_LIBS)

fuzz_dbus_SOURCES = tests/fuzz/fuzz-dbus.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_dbus_CPPFLAGS = $(fuzz_cppflags)
fuzz_dbus_CFLAGS = $(fuzz_cflags) $(DBUS_CFLAGS)
fuzz_dbus_LDFLAGS = $(fuzz_ldflags)
fuzz_dbus_LDADD = libfront.la libdaemon.la $(DBUS_LIBS)

fuzz_ssml_SOURCES = tests/fuzz/fuzz-ssml.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_ssml_CPPFLAGS = $(fuzz_cppflags)
fuzz_ssml_CFLAGS = $(fuzz_cflags)
fuzz_ssml_LDFLAGS = $(fuzz_ldflags)
fuzz_ssml_LDADD = libtext.la

fuzz_lexicon_SOURCES = tests/fuzz/fuzz-lexicon.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_lexicon_CPPFLAGS = $(fuzz_cppflags)
fuzz_lexicon_CFLAGS = $(fuzz_cflags)
fuzz_lexicon_LDFLAGS = $(fuzz_ldflags)
fuzz_lexicon_LDADD = libenglish.la -lm

fuzz_english_SOURCES = tests/fuzz/fuzz-english.c tests/fuzz/fuzz.h plugins/english/plugin.c \
	$(fuzz_main)
fuzz_english_CPPFLAGS = $(fuzz_cppflags)
fuzz_english_CFLAGS = $(fuzz_cflags)
fuzz_english_LDFLAGS = $(fuzz_ldflags)
fuzz_english_LDADD = libenglish.la -lm

fuzz_tokenizer_SOURCES = tests/fuzz/fuzz-tokenizer.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_tokenizer_CPPFLAGS = $(fuzz_cppflags)
fuzz_tokenizer_CFLAGS = $(fuzz_cflags)
fuzz_tokenizer_LDFLAGS = $(fuzz_ldflags)
fuzz_tokenizer_LDADD = libllmtext.la libgguf.la -lm

# Its plugins find what the fuzzer counts with in the program.
fuzz_speak_SOURCES = tests/fuzz/fuzz-speak.c tests/fuzz/fuzz.h $(fuzz_main)
fuzz_speak_CPPFLAGS = $(fuzz_cppflags)
fuzz_speak_CFLAGS = $(fuzz_cflags)
fuzz_speak_LDFLAGS = $(fuzz_ldflags) -rdynamic
fuzz_speak_LDADD = libworker.la -lm

# The first seeds, from what the other tests are made of.
EXTRA_PROGRAMS += make-corpus
CLEANFILES += make-corpus$(EXEEXT)
make_corpus_SOURCES = tests/fuzz/make-corpus.c tests/fuzz/fuzz.h tests/unit/gguf-builder.h \
	tests/unit/gguf-whole.h tests/unit/lexicon-file.h
make_corpus_CPPFLAGS = $(fuzz_cppflags)
make_corpus_CFLAGS = $(fuzz_cflags) $(DBUS_CFLAGS)
make_corpus_LDADD = libgguf.la $(DBUS_LIBS) -lm
corpus: make-corpus$(EXEEXT)
	$(MKDIR_P) $(srcdir)/tests/fuzz/corpus
	top_srcdir=$(srcdir) ./make-corpus$(EXEEXT) $(srcdir)/tests/fuzz/corpus

# Each target for FUZZ_SECONDS; inputs that go on to new code are kept in the build tree, those that
# end the process as ./NAME-crash-* and the like.
FUZZ_SECONDS = 60
FUZZ_FLAGS = -timeout=10 -rss_limit_mb=1024 -max_len=8192 -print_final_stats=1
if FUZZING
fuzz: $(fuzz_targets) tone.la sonic.la
	@status=0; for target in $(fuzz_targets); do \
		echo "== $$target"; $(MKDIR_P) fuzz-found/$$target; \
		env top_srcdir='$(abs_top_srcdir)' SORI_PLUGIN_PATH='$(abs_top_builddir)' \
			SORI_VOICE_PATH='$(abs_top_srcdir)/voices' \
			./$$target $(FUZZ_FLAGS) -max_total_time=$(FUZZ_SECONDS) \
			-artifact_prefix=$$target- fuzz-found/$$target \
			$(srcdir)/tests/fuzz/corpus/$${target#fuzz-} || status=1; \
	done; exit $$status
else
fuzz:
	@echo "fuzzers need: ../configure --enable-fuzzing CC=clang" >&2; exit 1
endif
.PHONY: corpus fuzz
