# Intelligibility and quality as machines judge them: skipped without their models.
dist_check_SCRIPTS += tests/quality/test-judge.sh
TESTS += tests/quality/test-judge.sh
EXTRA_DIST += tests/quality/engines.py tests/quality/intervals.py \
	tests/quality/judge.py tests/quality/likeness.py tests/quality/listener.py \
	tests/quality/marks.py tests/quality/page.py tests/quality/pieces.py \
	tests/quality/questions.tsv tests/quality/rates.py tests/quality/README.md \
	tests/quality/replies.py tests/quality/requirements.txt tests/quality/sentences.txt \
	tests/quality/sound.py tests/quality/spectra.py tests/quality/stages.py \
	tests/quality/thousand.py tests/quality/words.py
