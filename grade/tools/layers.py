"""The layers of kern/, which lint compares with includes, calls and pages."""

# Lowest first.
LAYERS = ["cpu", "debug", "dev", "trace", "mem", "thread", "vm", "named", "fs", "procfs", "tty", "proc", "ipc", "sys"]

# Headers below all layers.
EVERYBODY = ["bitmap.h", "kern.h", "layout.h", "list.h"]
