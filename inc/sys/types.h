// Scalar types of the system-call interface.
#pragma once

#include <abi/types.h>
