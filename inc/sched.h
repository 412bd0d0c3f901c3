// Scheduling, and the flags of clone.
#pragma once

#include <abi/sched.h>

int sched_yield(void);
