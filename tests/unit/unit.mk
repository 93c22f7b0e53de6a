dist_check_SCRIPTS += tests/unit/test-scripts.sh
TESTS += tests/unit/test-scripts.sh

unit_tests = \
	tests/unit/test-arena \
	tests/unit/test-comb \
	tests/unit/test-english-emoji \
	tests/unit/test-english-hostile \
	tests/unit/test-english-lexicon \
	tests/unit/test-english-manner \
	tests/unit/test-english-ssml \
	tests/unit/test-english-stream \
	tests/unit/test-english-words \
	tests/unit/test-event-queue \
	tests/unit/test-gguf \
	tests/unit/test-gguf-damage \
	tests/unit/test-gguf-query \
	tests/unit/test-griffinlim \
	tests/unit/test-rate \
	tests/unit/test-signal-mel \
	tests/unit/test-signal-pqmf \
	tests/unit/test-signal-stft \
	tests/unit/test-ssml \
	tests/unit/test-tensor \
	tests/unit/test-utf8 \
	tests/unit/test-vocoding
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

# Weights files and weight types.
EXTRA_DIST += tests/unit/gguf-builder.h tests/unit/gguf-whole.h \
	tests/unit/make-weight-types.py tests/unit/weight-types.bin
tests_unit_test_gguf_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
tests_unit_test_gguf_LDADD = libgguf.la $(test_libs)
tests_unit_test_gguf_damage_LDADD = libgguf.la $(test_libs)
tests_unit_test_gguf_query_LDADD = libgguf.la $(test_libs)
tests_unit_test_tensor_LDADD = libgguf.la $(test_libs)

# The signal library, the stage built on it and the vocoder's comb filter, against files of golden/.
EXTRA_DIST += tests/golden/signal.bin tests/golden/comb.bin
tests_unit_test_signal_stft_LDADD = libsignal.la $(test_libs)
tests_unit_test_signal_mel_LDADD = libsignal.la libgguf.la $(test_libs)
tests_unit_test_signal_pqmf_LDADD = libsignal.la libgguf.la $(test_libs)
tests_unit_test_griffinlim_LDADD = libgriffinlim.la libgguf.la $(test_libs)
tests_unit_test_comb_LDADD = libwavenet.la $(test_libs)

# The english analyser with the shipped lexicon.
EXTRA_DIST += tests/note-error.h tests/unit/english-host.h tests/unit/english-test.h \
	tests/unit/lexicon-file.h \
	tests/unit/english-words.tsv tests/unit/english-phonemes.tsv
english_test_libs = libenglish.la $(test_libs) $(UTF8PROC_LIBS)
tests_unit_test_english_emoji_LDADD = $(english_test_libs) $(EXPAT_LIBS)
tests_unit_test_english_hostile_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=dictionary_find -Wl,--wrap=utf8_decode
tests_unit_test_english_hostile_LDADD = $(english_test_libs)
tests_unit_test_english_lexicon_LDADD = $(english_test_libs)
tests_unit_test_english_manner_LDADD = $(english_test_libs)
tests_unit_test_english_ssml_LDADD = $(english_test_libs)
tests_unit_test_english_stream_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=realloc
tests_unit_test_english_stream_LDADD = $(english_test_libs)
tests_unit_test_english_words_LDADD = $(english_test_libs)

tests_unit_test_ssml_LDADD = libtext.la $(test_libs)

# What streaming stages share.
tests_unit_test_event_queue_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
tests_unit_test_event_queue_LDADD = libflow.la $(test_libs)
tests_unit_test_vocoding_LDADD = libflow.la $(test_libs)
