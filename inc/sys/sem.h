// System V semaphores.
#pragma once

#include <abi/sem.h>

struct timespec;

int semget(key_t key, int count, int flags);
int semop(int id, struct sembuf *operations, size_t count);
int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *timeout);
int semctl(int id, int number, int command, ...);
