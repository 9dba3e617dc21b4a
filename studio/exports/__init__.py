"""From a released take to the package that a marketer uploads."""
