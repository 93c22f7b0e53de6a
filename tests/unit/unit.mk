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
test_gguf_damage_SOURCES = tests/unit/test-gguf-damage.c tests/unit/gguf-builder.h
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
