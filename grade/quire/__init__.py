"""Runs Quire in QEMU and judges from outside what happened. The map is in ../README.md."""
