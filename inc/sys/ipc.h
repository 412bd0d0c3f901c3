// What System V shared memory, semaphores and messages have in common.
#pragma once

#include <abi/ipc.h>
