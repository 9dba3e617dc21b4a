"""Checks of what people hand in as evidence or as an asset. Import from the modules; this file stays empty."""
