// Sending and catching signals.
#pragma once

#include <abi/signal.h>

typedef int sig_atomic_t; // read and written in one instruction

int kill(pid_t pid, int signo);
int raise(int signo);
void (*signal(int signo, void (*handler)(int)))(int);
int sigaction(int signo, const struct sigaction *restrict action, struct sigaction *restrict old);
int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigaltstack(const stack_t *restrict stack, stack_t *restrict old);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int signo);
int sigdelset(sigset_t *set, int signo);
int sigismember(const sigset_t *set, int signo);
