"""The in-memory twins: every port that talks to the outside world, without the world.

They keep the same promises as the real adapters (one contract suite binds both) and are what tests and the demo
run on when no broker or database is at hand. Nothing here survives the process.
"""
