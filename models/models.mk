# What `sori models --install` runs.
modelsdir = $(pkgdatadir)/models
dist_models_SCRIPTS = models/install-model
