"""The supply chain: read the lock, ask for advisories about it, and state what a release consists of."""
