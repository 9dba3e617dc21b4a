"""The pages of accounts: sign-in, second factor, reset, one's own sessions."""
