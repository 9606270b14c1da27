"""Where data comes from: one package per kind of source; a source yields raw batches and judges nothing."""
