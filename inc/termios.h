// Terminals: how lines are edited and characters shown.
#pragma once

#include <abi/ioctl.h>

#define TCSANOW 0
#define TCSADRAIN 1
#define TCSAFLUSH 2

int tcgetattr(int fd, struct termios *attributes);
int tcsetattr(int fd, int when, const struct termios *attributes);
