"""The twin: a person's own footage speaks other words, its mouth made anew for each frame."""
