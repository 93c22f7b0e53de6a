# What stages that read text share: linked into plugins, exports nothing.
noinst_LTLIBRARIES += libtext.la
libtext_la_SOURCES = \
	plugins/text/ssml-builder.c \
	plugins/text/ssml-builder.h \
	plugins/text/ssml-element.c \
	plugins/text/ssml-loose.c \
	plugins/text/ssml-value.c \
	plugins/text/ssml.c \
	plugins/text/ssml.h
libtext_la_CFLAGS = $(AM_CFLAGS) $(EXPAT_CFLAGS)
libtext_la_LIBADD = $(EXPAT_LIBS) -lm
