// Waiting for children.
#pragma once

#include <abi/resource.h>
#include <abi/types.h>
#include <abi/wait.h>

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
