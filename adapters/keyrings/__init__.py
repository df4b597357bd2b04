"""keyrings."""
