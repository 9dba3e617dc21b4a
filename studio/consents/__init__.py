"""Acts on consent records: the same actions behind the command line and the pages."""
