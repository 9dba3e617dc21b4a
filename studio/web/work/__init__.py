"""The marketers' pages below /work: drawn on the server, usable without a script, each in the reader's language."""
