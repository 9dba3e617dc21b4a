"""The one composition root: builds the real things from settings, and nothing before it is needed."""
