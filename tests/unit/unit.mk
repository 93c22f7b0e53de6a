dist_check_SCRIPTS += tests/unit/test-scripts.sh
TESTS += tests/unit/test-scripts.sh

check_PROGRAMS += test-gguf
TESTS += test-gguf
test_gguf_SOURCES = tests/unit/test-gguf.c tests/unit/gguf-builder.h
test_gguf_CFLAGS = $(test_cflags)
test_gguf_LDFLAGS = $(program_ldflags) -Wl,--wrap=calloc
test_gguf_LDADD = libgguf.la $(test_libs)

check_PROGRAMS += test-gguf-damage
TESTS += test-gguf-damage
test_gguf_damage_SOURCES = tests/unit/test-gguf-damage.c tests/unit/gguf-builder.h \
	tests/unit/gguf-whole.h
test_gguf_damage_CFLAGS = $(test_cflags)
test_gguf_damage_LDADD = libgguf.la $(test_libs)

check_PROGRAMS += test-gguf-query
TESTS += test-gguf-query
test_gguf_query_SOURCES = tests/unit/test-gguf-query.c tests/unit/gguf-builder.h
test_gguf_query_CFLAGS = $(test_cflags)
test_gguf_query_LDADD = libgguf.la $(test_libs)

check_PROGRAMS += test-tensor
TESTS += test-tensor
test_tensor_SOURCES = tests/unit/test-tensor.c
test_tensor_CFLAGS = $(test_cflags)
test_tensor_LDADD = libgguf.la $(test_libs)
EXTRA_DIST += tests/unit/make-weight-types.py tests/unit/weight-types.bin

# The signal library and the stage built on it, against tests/golden/signal.bin.
signal_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
EXTRA_DIST += tests/golden/signal.bin

check_PROGRAMS += test-signal-stft
TESTS += test-signal-stft
test_signal_stft_SOURCES = tests/unit/test-signal-stft.c
test_signal_stft_CFLAGS = $(test_cflags)
test_signal_stft_LDADD = libsignal.la $(test_libs)

check_PROGRAMS += test-signal-mel
TESTS += test-signal-mel
test_signal_mel_SOURCES = tests/unit/test-signal-mel.c tests/golden/golden.h
test_signal_mel_CPPFLAGS = $(signal_test_cppflags)
test_signal_mel_CFLAGS = $(test_cflags)
test_signal_mel_LDADD = libsignal.la libgguf.la $(test_libs)

check_PROGRAMS += test-signal-pqmf
TESTS += test-signal-pqmf
test_signal_pqmf_SOURCES = tests/unit/test-signal-pqmf.c tests/golden/golden.h
test_signal_pqmf_CPPFLAGS = $(signal_test_cppflags)
test_signal_pqmf_CFLAGS = $(test_cflags)
test_signal_pqmf_LDADD = libsignal.la libgguf.la $(test_libs)

check_PROGRAMS += test-griffinlim
TESTS += test-griffinlim
test_griffinlim_SOURCES = tests/unit/test-griffinlim.c tests/golden/golden.h \
	plugins/griffinlim/plugin.c
test_griffinlim_CPPFLAGS = $(signal_test_cppflags)
test_griffinlim_CFLAGS = $(test_cflags)
test_griffinlim_LDADD = libgriffinlim.la libgguf.la $(test_libs)

# The vocoder's comb filter, against tests/golden/comb.bin.
EXTRA_DIST += tests/golden/comb.bin
check_PROGRAMS += test-comb
TESTS += test-comb
test_comb_SOURCES = tests/unit/test-comb.c tests/golden/golden.h
test_comb_CPPFLAGS = $(signal_test_cppflags)
test_comb_CFLAGS = $(test_cflags)
test_comb_LDADD = libwavenet.la $(test_libs)

# The english analyser with the shipped lexicon.
EXTRA_DIST += tests/unit/english-host.h
english_test_cppflags = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(UTF8PROC_CFLAGS)
english_test_ldadd = libenglish.la $(test_libs) $(UTF8PROC_LIBS)
EXTRA_DIST += tests/unit/english-words.tsv tests/unit/english-phonemes.tsv

check_PROGRAMS += test-english-words
TESTS += test-english-words
test_english_words_SOURCES = tests/unit/test-english-words.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_words_CPPFLAGS = $(english_test_cppflags)
test_english_words_CFLAGS = $(test_cflags)
test_english_words_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-english-stream
TESTS += test-english-stream
test_english_stream_SOURCES = tests/unit/test-english-stream.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_stream_CPPFLAGS = $(english_test_cppflags)
test_english_stream_CFLAGS = $(test_cflags)
test_english_stream_LDFLAGS = $(program_ldflags) -Wl,--wrap=calloc -Wl,--wrap=realloc
test_english_stream_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-english-ssml
TESTS += test-english-ssml
test_english_ssml_SOURCES = tests/unit/test-english-ssml.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_ssml_CPPFLAGS = $(english_test_cppflags)
test_english_ssml_CFLAGS = $(test_cflags)
test_english_ssml_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-english-manner
TESTS += test-english-manner
test_english_manner_SOURCES = tests/unit/test-english-manner.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_manner_CPPFLAGS = $(english_test_cppflags)
test_english_manner_CFLAGS = $(test_cflags)
test_english_manner_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-english-emoji
TESTS += test-english-emoji
test_english_emoji_SOURCES = tests/unit/test-english-emoji.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_emoji_CPPFLAGS = $(english_test_cppflags)
test_english_emoji_CFLAGS = $(test_cflags) $(EXPAT_CFLAGS)
test_english_emoji_LDADD = $(english_test_ldadd) $(EXPAT_LIBS)

check_PROGRAMS += test-ssml
TESTS += test-ssml
test_ssml_SOURCES = tests/unit/test-ssml.c
test_ssml_CPPFLAGS = $(AM_CPPFLAGS)
test_ssml_CFLAGS = $(test_cflags)
test_ssml_LDADD = libtext.la $(test_libs)

check_PROGRAMS += test-english-hostile
TESTS += test-english-hostile
test_english_hostile_SOURCES = tests/unit/test-english-hostile.c tests/unit/english-test.h \
	plugins/english/plugin.c
test_english_hostile_CPPFLAGS = $(english_test_cppflags)
test_english_hostile_CFLAGS = $(test_cflags)
test_english_hostile_LDFLAGS = $(program_ldflags) -Wl,--wrap=dictionary_find -Wl,--wrap=utf8_decode
test_english_hostile_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-english-lexicon
TESTS += test-english-lexicon
test_english_lexicon_SOURCES = tests/unit/test-english-lexicon.c tests/unit/english-test.h \
	tests/unit/lexicon-file.h \
	plugins/english/plugin.c
test_english_lexicon_CPPFLAGS = $(english_test_cppflags)
test_english_lexicon_CFLAGS = $(test_cflags)
test_english_lexicon_LDADD = $(english_test_ldadd)

check_PROGRAMS += test-event-queue
TESTS += test-event-queue
test_event_queue_SOURCES = tests/unit/test-event-queue.c
test_event_queue_CFLAGS = $(test_cflags)
test_event_queue_LDFLAGS = $(program_ldflags) -Wl,--wrap=realloc
test_event_queue_LDADD = libflow.la $(test_libs)

check_PROGRAMS += test-vocoding
TESTS += test-vocoding
test_vocoding_SOURCES = tests/unit/test-vocoding.c
test_vocoding_CFLAGS = $(test_cflags)
test_vocoding_LDADD = libflow.la $(test_libs)
