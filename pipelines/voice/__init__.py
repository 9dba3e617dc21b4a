"""Voices: a script becomes speech with exact word times. Import from the modules; this file stays light.

Layers: kokoro > front | network > reading | espeak > script > symbols. Engines are rows in ``pipelines.voice.engine``.
"""
