"""Footage of one person who speaks to the camera: read behind limits, measured, and refused with what to film again."""
