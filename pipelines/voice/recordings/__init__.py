"""Recordings of a person's voice: what is read, whether it was recorded well enough, and what of it a fit is given."""
