"""Messages that leave the studio: e-mail and webhooks."""
