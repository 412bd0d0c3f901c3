"""Runs Quire in QEMU and judges what happened, from outside. README.md, one folder up, has the map."""
