# The text side (tokenizers, chat templates, stop strings) has its own part.
include plugins/llm/text.mk

# Everything but the entry is a convenience library, so that tests can link the model.
noinst_LTLIBRARIES += libllm.la
libllm_la_SOURCES = \
	plugins/llm/bench.c \
	plugins/llm/bench.h \
	plugins/llm/config.c \
	plugins/llm/config.h \
	plugins/llm/context.c \
	plugins/llm/context.h \
	plugins/llm/conversation.c \
	plugins/llm/conversation.h \
	plugins/llm/generate.c \
	plugins/llm/generate.h \
	plugins/llm/infer.c \
	plugins/llm/model.c \
	plugins/llm/model.h \
	plugins/llm/sampler.c \
	plugins/llm/sampler.h \
	plugins/llm/settings.c \
	plugins/llm/settings.h \
	plugins/llm/state.c \
	plugins/llm/state.h \
	plugins/llm/stream.c \
	plugins/llm/stream.h \
	plugins/llm/weights.c \
	plugins/llm/weights.h
libllm_la_LIBADD = libllmtext.la libneural.la

plugin_LTLIBRARIES += llm.la
llm_la_SOURCES = plugins/llm/plugin.c
llm_la_LIBADD = libllm.la
llm_la_LDFLAGS = $(plugin_ldflags)
