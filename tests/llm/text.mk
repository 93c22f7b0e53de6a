# The text side of the llm plugin, against small vocabularies and the default model.
llm_text_libs = libllmtext.la libgguf.la $(JANSSON_LIBS) $(test_libs)
llm_text_cflags = $(test_cflags) $(JANSSON_CFLAGS)
EXTRA_DIST += \
	tests/llm/speakable.txt \
	tests/llm/chats.json tests/llm/make-chats.py \
	tests/llm/make-vocabularies.py \
	tests/llm/smollm2.json \
	tests/llm/vocabulary-gemma.gguf tests/llm/vocabulary-gemma.json \
	tests/llm/vocabulary-gpt-2.gguf tests/llm/vocabulary-gpt-2.json \
	tests/llm/vocabulary-llama-bpe.gguf tests/llm/vocabulary-llama-bpe.json \
	tests/llm/vocabulary-llama.gguf tests/llm/vocabulary-llama.json \
	tests/llm/vocabulary-qwen2.gguf tests/llm/vocabulary-qwen2.json \
	tests/llm/vocabulary-smollm.gguf tests/llm/vocabulary-smollm.json

check_PROGRAMS += test-tokenizer-reference
TESTS += test-tokenizer-reference
test_tokenizer_reference_SOURCES = tests/llm/test-tokenizer-reference.c tests/llm/llm-test.h
test_tokenizer_reference_CFLAGS = $(llm_text_cflags)
test_tokenizer_reference_LDADD = $(llm_text_libs)

check_PROGRAMS += test-tokenizer
TESTS += test-tokenizer
test_tokenizer_SOURCES = tests/llm/test-tokenizer.c tests/llm/llm-test.h
test_tokenizer_CFLAGS = $(llm_text_cflags)
test_tokenizer_LDADD = $(llm_text_libs)

check_PROGRAMS += test-chat
TESTS += test-chat
test_chat_SOURCES = tests/llm/test-chat.c tests/llm/llm-test.h
test_chat_CFLAGS = $(llm_text_cflags)
test_chat_LDADD = $(llm_text_libs)

check_PROGRAMS += test-written
TESTS += test-written
test_written_SOURCES = tests/llm/test-written.c tests/llm/llm-test.h
test_written_CFLAGS = $(llm_text_cflags) $(UTF8PROC_CFLAGS)
test_written_LDADD = $(llm_text_libs) $(UTF8PROC_LIBS)

check_PROGRAMS += test-speakable
TESTS += test-speakable
test_speakable_SOURCES = tests/llm/test-speakable.c tests/llm/llm-test.h
test_speakable_CFLAGS = $(llm_text_cflags) $(UTF8PROC_CFLAGS)
test_speakable_LDADD = libspeakable.la $(UTF8PROC_LIBS) $(llm_text_libs)

check_PROGRAMS += test-ahead
TESTS += test-ahead
test_ahead_SOURCES = tests/llm/test-ahead.c
test_ahead_CFLAGS = $(test_cflags)
test_ahead_LDADD = libworker.la $(test_libs) -lpthread
