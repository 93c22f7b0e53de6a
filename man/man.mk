dist_man_MANS += man/sori-llm.7
