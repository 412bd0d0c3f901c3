// devices.h: the character devices that every system has.
#pragma once

struct tty;

// Make /dev/console, /dev/tty, /dev/null and their like. Once, at boot.
void devices_init(void);

// The terminal behind /dev/console.
extern struct tty console_tty;
