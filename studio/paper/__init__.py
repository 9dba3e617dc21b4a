"""PDF documents for people."""
