heartdir = $(voicedir)/heart
dist_heart_DATA = \
	voices/heart/LICENCE.md \
	voices/heart/acoustic.gguf \
	voices/heart/heart.voice \
	voices/heart/vocoder.gguf

enusdir = $(voicedir)/en-us
dist_enus_DATA = \
	voices/en-us/LICENCE.md \
	voices/en-us/lexicon.bin

EXTRA_DIST += \
	voices/README.md \
	voices/convert.py \
	voices/english.py \
	voices/golden-signal.py \
	voices/golden.py \
	voices/requirements.txt

tonedir = $(voicedir)/tone
dist_tone_DATA = voices/tone/tone.voice
