// Reading and writing several buffers at once.
#pragma once

#include <abi/types.h>
#include <abi/uio.h>

ssize_t readv(int fd, const struct iovec *vector, int count);
ssize_t writev(int fd, const struct iovec *vector, int count);
