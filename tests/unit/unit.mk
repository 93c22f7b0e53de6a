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
