# The recipe that makes voices, from sentences to weights: skipped without PyTorch.
dist_check_SCRIPTS += tests/recipe/test-recipe.sh
TESTS += tests/recipe/test-recipe.sh
EXTRA_DIST += tests/recipe/aligned.py tests/recipe/compare.py
