// null_zero_devices.h: the devices that need no hardware but memory: /dev/mem, null, zero, full,
// random and urandom.
#pragma once

// Create these devices, and the symbolic links from /dev/fd, stdin, stdout and stderr into
// /proc/self/fd. Panics if out of memory. Called once, at boot.
void null_zero_devices_init(void);
