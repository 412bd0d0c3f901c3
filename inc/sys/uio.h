// Reading and writing several buffers at once.
#pragma once

#include <abi/types.h>
#include <abi/uio.h>

ssize_t readv(int fd, const struct iovec *vector, int count);
ssize_t writev(int fd, const struct iovec *vector, int count);

// Copy from another process's memory, as process_vm_readv(2) does.
ssize_t process_vm_readv(pid_t pid, const struct iovec *here, unsigned long here_count,
                         const struct iovec *there, unsigned long there_count, unsigned long flags);
