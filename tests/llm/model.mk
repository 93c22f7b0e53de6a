# The model side of the llm plugin.
llm_model_libs = libllm.la $(JANSSON_LIBS) $(test_libs)
llm_model_cflags = $(test_cflags) $(JANSSON_CFLAGS)
llm_model_headers = tests/llm/llm-test.h tests/llm/model-test.h
EXTRA_DIST += tests/llm/make-reference.py tests/llm/smollm2.bin

check_PROGRAMS += tests/llm/test-infer-reference
TESTS += tests/llm/test-infer-reference
tests_llm_test_infer_reference_SOURCES = tests/llm/test-infer-reference.c $(llm_model_headers)
tests_llm_test_infer_reference_CFLAGS = $(llm_model_cflags)
tests_llm_test_infer_reference_LDADD = $(llm_model_libs)

# Tiny models of all families, with what they should compute.
EXTRA_DIST += tests/llm/make-tiny-models.py tests/llm/compare-llama-cpp.py \
	tests/llm/tiny-gemma3.gguf tests/llm/tiny-gpt2.gguf tests/llm/tiny-llama.gguf \
	tests/llm/tiny-llama3.gguf tests/llm/tiny-qwen2.gguf tests/llm/tiny-qwen3.gguf \
	tests/llm/tiny-superblocks.gguf tests/llm/tiny-types.gguf

check_PROGRAMS += tests/llm/test-infer-families
TESTS += tests/llm/test-infer-families
tests_llm_test_infer_families_SOURCES = tests/llm/test-infer-families.c $(llm_model_headers)
tests_llm_test_infer_families_CFLAGS = $(llm_model_cflags)
tests_llm_test_infer_families_LDADD = $(llm_model_libs)

EXTRA_DIST += tests/llm/alice.txt tests/llm/perplexity.py
check_PROGRAMS += tests/llm/test-perplexity
TESTS += tests/llm/test-perplexity
tests_llm_test_perplexity_SOURCES = tests/llm/test-perplexity.c $(llm_model_headers)
tests_llm_test_perplexity_CFLAGS = $(llm_model_cflags)
tests_llm_test_perplexity_LDADD = $(llm_model_libs)

check_PROGRAMS += tests/llm/test-sampler
TESTS += tests/llm/test-sampler
tests_llm_test_sampler_SOURCES = tests/llm/test-sampler.c tests/llm/llm-test.h
tests_llm_test_sampler_CFLAGS = $(llm_model_cflags)
tests_llm_test_sampler_LDADD = $(llm_model_libs)

check_PROGRAMS += tests/llm/test-generate
TESTS += tests/llm/test-generate
tests_llm_test_generate_SOURCES = tests/llm/test-generate.c $(llm_model_headers)
tests_llm_test_generate_CFLAGS = $(llm_model_cflags)
tests_llm_test_generate_LDADD = $(llm_model_libs)

check_PROGRAMS += tests/llm/test-model
TESTS += tests/llm/test-model
tests_llm_test_model_SOURCES = tests/llm/test-model.c tests/llm/plugin-test.h tests/llm/llm-test.h
tests_llm_test_model_CFLAGS = $(llm_model_cflags)
tests_llm_test_model_LDADD = $(llm_model_libs)

check_PROGRAMS += tests/llm/test-memory
TESTS += tests/llm/test-memory
tests_llm_test_memory_SOURCES = tests/llm/test-memory.c tests/llm/plugin-test.h tests/llm/llm-test.h
tests_llm_test_memory_CFLAGS = $(llm_model_cflags)
tests_llm_test_memory_LDADD = $(llm_model_libs)

check_PROGRAMS += tests/llm/test-stream
TESTS += tests/llm/test-stream
tests_llm_test_stream_SOURCES = tests/llm/test-stream.c tests/llm/plugin-test.h tests/llm/llm-test.h
tests_llm_test_stream_CFLAGS = $(llm_model_cflags)
tests_llm_test_stream_LDADD = $(llm_model_libs)
