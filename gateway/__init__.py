"""The second-opinion gateway: what we mean, what we need, what we do and how people reach us."""
