// The parts of a device number.
#pragma once

#include <abi/device.h>
