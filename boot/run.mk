# Running the kernel: QEMU, GDB, the ISO image.
