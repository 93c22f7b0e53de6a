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
