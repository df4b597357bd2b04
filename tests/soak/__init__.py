"""The soak: thousands of messages of every kind, while gateways, broker and database are killed and frozen at random.

``make soak`` runs it for minutes; ``tests/integration/test_fault_broker.py`` for seconds. At the end everybody may come to
rest, and then the ledger (``tests.support.ledger``) says whether the promise of delivery was kept.
"""
