// The error number that the last failed call left. There is one for the whole program.
#pragma once

#include <abi/errno.h>

extern int errno;
