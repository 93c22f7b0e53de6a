EXTRA_DIST += plugins/neural/gguf.h plugins/neural/tensor.h
