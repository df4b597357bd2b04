"""backoffices."""
