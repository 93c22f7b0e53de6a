# The front ends of sorid: D-Bus (Spiel and our own interface) and the Unix socket (Wyoming).
noinst_LTLIBRARIES += libfront.la
libfront_la_SOURCES = \
	daemon/bytes.c daemon/bytes.h \
	daemon/dbus.c daemon/dbus.h \
	daemon/dbus-bus.h \
	daemon/dbus-connection.c daemon/dbus-connection.h \
	daemon/dbus-job.c \
	daemon/dbus-message.c \
	daemon/dbus-properties.c \
	daemon/dbus-provider.c \
	daemon/dbus-speech.c \
	daemon/socket.c daemon/socket.h \
	daemon/socket-listen.c daemon/socket-listen.h \
	daemon/stream.c daemon/stream.h \
	daemon/wyoming.c daemon/wyoming.h \
	daemon/wyoming-connection.h \
	daemon/wyoming-event.c daemon/wyoming-event.h \
	daemon/wyoming-info.c daemon/wyoming-options.c \
	daemon/wyoming-speech.c
nodist_libfront_la_SOURCES = daemon/dbus-xml.h
libfront_la_CFLAGS = $(program_cflags) $(DBUS_CFLAGS) $(JANSSON_CFLAGS)
libfront_la_LIBADD = $(DBUS_LIBS) $(JANSSON_LIBS) -lm

# What the daemon answers to Introspect is made of the files that are installed.
interface_files = daemon/org.freedesktop.Speech.Provider.xml daemon/org.sori.Speech1.xml
dbusinterfacesdir = $(datadir)/dbus-1/interfaces
dist_dbusinterfaces_DATA = $(interface_files)
EXTRA_DIST += daemon/standard-interfaces.xml daemon/make-xml.sh
BUILT_SOURCES += daemon/dbus-xml.h
CLEANFILES += daemon/dbus-xml.h
daemon/dbus-xml.h: $(interface_files) daemon/standard-interfaces.xml daemon/make-xml.sh
	$(AM_V_GEN)$(MKDIR_P) daemon && cd $(srcdir) && \
		$(SHELL) daemon/make-xml.sh $(interface_files) daemon/standard-interfaces.xml \
		>$(abs_builddir)/$@.tmp && mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
$(libfront_la_OBJECTS): daemon/dbus-xml.h

# The bus starts the daemon when somebody asks for it. ([b]: configure would replace the word here.)
dbusservicesdir = $(datadir)/dbus-1/services
nodist_dbusservices_DATA = daemon/org.sori.Speech.Provider.service
EXTRA_DIST += daemon/org.sori.Speech.Provider.service.in
CLEANFILES += daemon/org.sori.Speech.Provider.service
daemon/org.sori.Speech.Provider.service: daemon/org.sori.Speech.Provider.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) daemon && sed 's,@[b]indir@,$(bindir),' \
		$(srcdir)/daemon/org.sori.Speech.Provider.service.in >$@

# For systemd's user manager, which starts it for the bus, or for the first client of the socket.
systemduserunitdir = $(prefix)/lib/systemd/user
nodist_systemduserunit_DATA = daemon/sorid.service
dist_systemduserunit_DATA = daemon/sorid.socket
EXTRA_DIST += daemon/sorid.service.in
CLEANFILES += daemon/sorid.service
daemon/sorid.service: daemon/sorid.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) daemon && sed 's,@[b]indir@,$(bindir),' \
		$(srcdir)/daemon/sorid.service.in >$@
