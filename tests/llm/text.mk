# The text side of the llm plugin, against small vocabularies and the default model.
llm_text_tests = \
	tests/llm/test-ahead \
	tests/llm/test-chat \
	tests/llm/test-speakable \
	tests/llm/test-tokenizer \
	tests/llm/test-tokenizer-reference \
	tests/llm/test-written
check_PROGRAMS += $(llm_text_tests)
TESTS += $(llm_text_tests)
EXTRA_DIST += \
	tests/llm/llm-test.h \
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

llm_text_libs = libllmtext.la libgguf.la $(JANSSON_LIBS) $(test_libs)
tests_llm_test_ahead_LDADD = libworker.la $(test_libs)
tests_llm_test_chat_LDADD = $(llm_text_libs)
tests_llm_test_speakable_LDADD = libspeakable.la $(UTF8PROC_LIBS) $(llm_text_libs)
tests_llm_test_tokenizer_LDADD = $(llm_text_libs)
tests_llm_test_tokenizer_reference_LDADD = $(llm_text_libs)
tests_llm_test_written_LDADD = $(llm_text_libs) $(UTF8PROC_LIBS)
