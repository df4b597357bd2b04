"""Benchmarks: what a referral costs here, beside what it costs a peer and beside the least it could cost.

``python -m benchmarks run`` measures, ``compare`` holds two runs against each other, ``publish`` puts one into the
documents. Absolute
figures move by a quarter between runs and by more between machines; only ratios within one run mean anything.

What is compared (each in processes of its own, over the same broker and the same kind of store, with the same
durability: committed and flushed before anything is confirmed or acknowledged):
    - ``gateway``: this gateway with all of its work: consent weighed, bundle, envelope, journal, signed receipt back.
    - ``peer``: the journey as a good engineer would write it with FastStream, fhir.resources, joserfc and SQLAlchemy.
    - ``floor``: opaque bytes of the same size there, an opaque receipt back, everything batched. Nobody does less.
"""
