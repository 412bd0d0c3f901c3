// Ending or restarting the machine.
#pragma once

#include <abi/reboot.h>

int reboot(int command);
