// Numbers of the system calls, for syscall().
#pragma once

#include <abi/syscall.h>
