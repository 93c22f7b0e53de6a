heartdir = $(voicedir)/heart
dist_heart_DATA = \
	voices/heart/LICENCE.md \
	voices/heart/acoustic.gguf \
	voices/heart/heart.voice \
	voices/heart/vocoder.gguf

EXTRA_DIST += voices/README.md voices/convert.py voices/golden.py voices/golden-signal.py voices/requirements.txt

tonedir = $(voicedir)/tone
dist_tone_DATA = voices/tone/tone.voice
