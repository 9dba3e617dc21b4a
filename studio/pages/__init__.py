"""Gradio pages, one mount per role. Handlers read widgets, call one action of the desk and show the result."""
