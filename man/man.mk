dist_man_MANS += man/sori-llm.7
dist_man_MANS += man/sd_sori.1
