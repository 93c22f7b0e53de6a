# Intelligibility and quality as machines judge them: needs the judge's environment, so not in check.
EXTRA_DIST += tests/quality/intervals.py tests/quality/judge.py tests/quality/page.py tests/quality/rates.py \
	tests/quality/sentences.txt tests/quality/stages.py
