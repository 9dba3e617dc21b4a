"""Backgrounds painted from words by diffusers' text-to-image pipelines, from weights that a card pins.

Nothing that is painted shows a person: the words are checked first, and the picture is looked at afterwards.
"""
