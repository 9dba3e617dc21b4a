"""A subject's voice laid over what another voice said."""
