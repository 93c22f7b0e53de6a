EXTRA_DIST += tests/golden/heart-1.bin tests/golden/heart-2.bin
