# The model side of the llm plugin.
llm_model_tests = \
	tests/llm/test-generate \
	tests/llm/test-infer-families \
	tests/llm/test-infer-reference \
	tests/llm/test-memory \
	tests/llm/test-model \
	tests/llm/test-perplexity \
	tests/llm/test-sampler \
	tests/llm/test-stream
check_PROGRAMS += $(llm_model_tests)
TESTS += $(llm_model_tests)
EXTRA_DIST += tests/llm/model-test.h tests/llm/plugin-test.h \
	tests/llm/make-reference.py tests/llm/smollm2.bin tests/llm/alice.txt tests/llm/perplexity.py

# Tiny models of all families, with what they should compute.
EXTRA_DIST += tests/llm/make-tiny-models.py tests/llm/compare-llama-cpp.py \
	tests/llm/tiny-gemma3.gguf tests/llm/tiny-gpt2.gguf tests/llm/tiny-llama.gguf \
	tests/llm/tiny-llama3.gguf tests/llm/tiny-qwen2.gguf tests/llm/tiny-qwen3.gguf \
	tests/llm/tiny-superblocks.gguf tests/llm/tiny-types.gguf

llm_model_libs = libllm.la $(JANSSON_LIBS) $(test_libs)
tests_llm_test_generate_LDADD = $(llm_model_libs)
tests_llm_test_infer_families_LDADD = $(llm_model_libs)
tests_llm_test_infer_reference_LDADD = $(llm_model_libs)
tests_llm_test_memory_LDADD = $(llm_model_libs)
tests_llm_test_model_LDADD = $(llm_model_libs)
tests_llm_test_perplexity_LDADD = $(llm_model_libs)
tests_llm_test_sampler_LDADD = $(llm_model_libs)
tests_llm_test_stream_LDADD = $(llm_model_libs)
