# The text side (tokenizers, chat templates, speakable text) has its own part.
include plugins/llm/text.mk

# Everything but the entry is a convenience library, so that tests can link the model.
noinst_LTLIBRARIES += libllm.la
libllm_la_SOURCES = \
	plugins/llm/config.c \
	plugins/llm/config.h \
	plugins/llm/infer.c \
	plugins/llm/state.c \
	plugins/llm/state.h \
	plugins/llm/weights.c \
	plugins/llm/weights.h
libllm_la_LIBADD = libllmtext.la libneural.la
