"""From one portrait and a spoken script to a talking presenter. Import from the modules; this file stays empty."""
