"""Fictional presenters, drawn: no photograph, no model, no likeness of anybody; numbers and brushes only.

``python -m pipelines.avatar.illustration --out assets/demo/presenters`` draws them all again, pixel for pixel.
"""
