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
	voices/golden-comb.py \
	voices/golden-signal.py \
	voices/golden.py \
	voices/requirements.txt

tonedir = $(voicedir)/tone
dist_tone_DATA = voices/tone/tone.voice
EXTRA_DIST += voices/recipe/README.md voices/recipe/requirements.txt \
	voices/recipe/align.py voices/recipe/corpus.py voices/recipe/curves.py \
	voices/recipe/dataset.py \
	voices/recipe/export.py voices/recipe/features.py voices/recipe/forced.py voices/recipe/muon.py \
	voices/recipe/prepare.py \
	voices/recipe/restore.py voices/recipe/symbols.py voices/recipe/tacotron.py \
	voices/recipe/teachers.py \
	voices/recipe/train_acoustic.py voices/recipe/train_vocoder.py voices/recipe/training.py \
	voices/recipe/wavenet.py voices/recipe/weights.py
EXTRA_DIST += voices/SAMPLES.md
EXTRA_DIST += voices/letter-to-sound.py
EXTRA_DIST += voices/samples/espeak-ng-000.opus \
	voices/samples/espeak-ng-000.png \
	voices/samples/espeak-ng-001.opus \
	voices/samples/espeak-ng-001.png \
	voices/samples/espeak-ng-002.opus \
	voices/samples/espeak-ng-002.png \
	voices/samples/sori-000.opus \
	voices/samples/sori-000.png \
	voices/samples/sori-001.opus \
	voices/samples/sori-001.png \
	voices/samples/sori-002.opus \
	voices/samples/sori-002.png \
	voices/samples/teacher-000.opus \
	voices/samples/teacher-000.png \
	voices/samples/teacher-001.opus \
	voices/samples/teacher-001.png \
	voices/samples/teacher-002.opus \
	voices/samples/teacher-002.png
