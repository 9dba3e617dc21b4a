"""A second layer below label, notice and manifest: a mark in the sound that ears miss and re-encoding keeps."""
