"""Plain web pages and files: the gate in front of everything, the public verify page, released files."""
