"""The one door: the only code that writes a file where a person can take it away, and the check of what came out.

``door`` lets takes out, ``verify`` tells anyone what a file is. Nothing is imported here, so that ``verify`` works
without engines.
"""
