# The text side (tokenizers, chat templates, speakable text) has its own part.
include plugins/llm/text.mk
