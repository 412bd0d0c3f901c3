// POSIX message queues.
#pragma once

#include <abi/mqueue.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

typedef int mqd_t;

// With O_CREAT two more arguments: mode_t mode, struct mq_attr *attr (NULL: the default). `name`
// begins with a slash and has no other one.
mqd_t mq_open(const char *name, int flags, ...);
int mq_close(mqd_t queue);
int mq_unlink(const char *name);
int mq_send(mqd_t queue, const char *message, size_t size, unsigned int priority);
int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned int priority,
                 const struct timespec *deadline);
ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned int *priority);
ssize_t mq_timedreceive(mqd_t queue, char *message, size_t size, unsigned int *priority,
                        const struct timespec *deadline);
int mq_notify(mqd_t queue, const struct sigevent *event);
int mq_getattr(mqd_t queue, struct mq_attr *store);
int mq_setattr(mqd_t queue, const struct mq_attr *attr, struct mq_attr *old);
