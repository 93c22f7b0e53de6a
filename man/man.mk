dist_man_MANS += man/sori-llm.7 man/sori-ask.1 man/sori-chat.1 man/sori-complete.1 man/sori-models.1 \
	man/sori-tokens.1
dist_man_MANS += man/sd_sori.1
dist_man_MANS += man/sori.1 man/sori-say.1 man/sori-text.1 man/sori-voices.1 man/sori-inspect.1 \
	man/sori-bench.1 man/sori-voice.5
dist_man_MANS += man/sori-stop.1 man/sori-pause.1 man/sori-resume.1 man/sori-status.1 man/sori-dbus.7 \
	man/sori-protocols.7
dist_man_MANS += man/sori-plugins.7
dist_man_MANS += man/sorid.8 man/sori.conf.5
dist_man_MANS += man/sori-dictionary.5
dist_man_MANS += man/sori-ssml.7
