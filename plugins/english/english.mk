# All of it is a convenience library, so that tests can link it.
noinst_LTLIBRARIES += libenglish.la
libenglish_la_SOURCES = \
	plugins/english/ascii.h \
	plugins/english/fold.c \
	plugins/english/fold.h \
	plugins/english/inflect.c \
	plugins/english/ipa.c \
	plugins/english/ipa.h \
	plugins/english/items.c \
	plugins/english/items.h \
	plugins/english/letter-to-sound.c \
	plugins/english/letter-to-sound.h \
	plugins/english/lexicon.c \
	plugins/english/lexicon.h \
	plugins/english/normalise-abbreviation.c \
	plugins/english/normalise-code.c \
	plugins/english/normalise-date.c \
	plugins/english/normalise-fraction.c \
	plugins/english/normalise-money.c \
	plugins/english/normalise-number.c \
	plugins/english/normalise-phone.c \
	plugins/english/normalise-roman.c \
	plugins/english/normalise-sign.c \
	plugins/english/normalise-symbol.c \
	plugins/english/normalise-time.c \
	plugins/english/normalise-unit.c \
	plugins/english/normalise-user.c \
	plugins/english/normalise-web.c \
	plugins/english/normalise-word.c \
	plugins/english/normalise.c \
	plugins/english/normalise.h \
	plugins/english/output.c \
	plugins/english/output.h \
	plugins/english/phonemes.c \
	plugins/english/phonemes.h \
	plugins/english/plugin.c \
	plugins/english/pronounce.c \
	plugins/english/pronounce.h \
	plugins/english/punctuation.c \
	plugins/english/reading.c \
	plugins/english/reading.h \
	plugins/english/say-as.c \
	plugins/english/say-number.c \
	plugins/english/script.c \
	plugins/english/script.h \
	plugins/english/segment.c \
	plugins/english/segment.h \
	plugins/english/spell.c \
	plugins/english/stream.c \
	plugins/english/stream.h \
	plugins/english/tag.h \
	plugins/english/tagger.c \
	plugins/english/tagger.h \
	plugins/english/unknown.c \
	plugins/english/unknown.h \
	plugins/english/user-words.c \
	plugins/english/user-words.h \
	plugins/english/utf8.c \
	plugins/english/utf8.h
libenglish_la_CFLAGS = $(AM_CFLAGS) $(UTF8PROC_CFLAGS)
libenglish_la_LIBADD = libtext.la $(UTF8PROC_LIBS)

plugin_LTLIBRARIES += english.la
english_la_SOURCES =
english_la_LIBADD = libenglish.la
english_la_LDFLAGS = $(plugin_ldflags)
