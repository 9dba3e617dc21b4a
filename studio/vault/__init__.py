"""Evidence and biometric templates, encrypted at rest; deleting a key erases its file."""
