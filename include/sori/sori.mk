soriincludedir = $(includedir)/sori
dist_soriinclude_HEADERS = \
	include/sori/cpu.h \
	include/sori/host.h \
	include/sori/plugin.h \
	include/sori/stage.h \
	include/sori/types.h

EXTRA_DIST += LICENSE autogen.sh \
	base/checked.h \
	base/cleanup.h \
	base/clock.h \
	base/limits.h \
	base/random.h \
	base/rate.h \
	base/session-bus.h \
	base/utf8.h

pkgconfigdir = $(libdir)/pkgconfig
nodist_pkgconfig_DATA = include/sori/sori.pc
