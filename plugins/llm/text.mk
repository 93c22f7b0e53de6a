# Tokenizers, chat templates and speakable text.
EXTRA_DIST += plugins/llm/tokenizer.h plugins/llm/chat.h
