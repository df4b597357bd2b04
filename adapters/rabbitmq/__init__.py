"""RabbitMQ: the transport, the topology it needs, and the operator's tools to apply and audit that topology.

``transport`` is the port's adapter. Below it: ``endpoint`` (address, login, TLS, what an error means), ``publisher``
on ``publish_connection`` and ``confirm_channel``, ``consumer`` and ``deliveries``. Beside it: ``topology``
(pure), ``provisioning`` (management API or rabbitmqctl), ``topology_audit`` and its ``topology_findings``.

Invariants: a gateway declares nothing; no message id is twice in flight; CONFIRMED means a broker's ack and nothing
else; what is not settled comes again; no URL, password or body is logged or shown.
"""
