// Random bytes.
#pragma once

#include <abi/random.h>
#include <abi/types.h>

ssize_t getrandom(void *buffer, size_t n, unsigned int flags);
