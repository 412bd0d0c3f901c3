// Limits and usage of resources.
#pragma once

#include <abi/resource.h>

int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int getrusage(int who, struct rusage *usage);
