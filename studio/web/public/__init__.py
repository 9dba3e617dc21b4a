"""What anyone may ask, without signing in: what a file is, and how a release stands today."""
