"""Object stores: a directory that both gateways reach (protocol.md section 5).

Invariants: a file is sealed in chunks (C2SP chunked-encryption) under a key of its own before it touches the disk;
names are random; a half-written file is never seen under its name; what is read was authenticated chunk by chunk, and
its digest and size are those of the claim.
"""

from adapters.objects.directory import DirectoryObjects

__all__ = ["DirectoryObjects"]
