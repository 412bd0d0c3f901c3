// Waiting for several descriptors.
#pragma once

#include <abi/poll.h>

int poll(struct pollfd *fds, nfds_t count, int timeout_ms);
