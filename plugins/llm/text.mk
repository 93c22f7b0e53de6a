# Tokenizers, chat templates and speakable text.
noinst_LTLIBRARIES += libllmtext.la
libllmtext_la_SOURCES = \
	plugins/llm/chat.c \
	plugins/llm/chat.h \
	plugins/llm/written.c \
	plugins/llm/written.h \
	plugins/llm/tokenizer-encode.c \
	plugins/llm/tokenizer-merge.c \
	plugins/llm/tokenizer-private.h \
	plugins/llm/tokenizer-special.c \
	plugins/llm/tokenizer-split.c \
	plugins/llm/tokenizer.c \
	plugins/llm/tokenizer.h
libllmtext_la_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS)
libllmtext_la_LIBADD = $(UTF8PROC_LIBS)
