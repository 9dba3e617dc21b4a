"""Text front ends: one per language, from a sentence to Kokoro's symbols with their place in the script."""
