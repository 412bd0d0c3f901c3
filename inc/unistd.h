// Files, directories, processes: the calls of the system.
#pragma once

#include <abi/fcntl.h>
#include <abi/types.h>

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

extern char **environ;

// Any call, by its number (sys/syscall.h): its result, or -1 with errno set.
long syscall(long number, ...);

int close(int fd);
ssize_t read(int fd, void *buffer, size_t n);
ssize_t write(int fd, const void *buffer, size_t n);
ssize_t pread(int fd, void *buffer, size_t n, off_t offset);
ssize_t pwrite(int fd, const void *buffer, size_t n, off_t offset);
off_t lseek(int fd, off_t offset, int whence);
int ftruncate(int fd, off_t length);
int truncate(const char *path, off_t length);
int fsync(int fd);
void sync(void);
int dup(int fd);
int dup2(int fd, int new_fd);
int dup3(int fd, int new_fd, int flags);
int pipe(int fds[2]);
int pipe2(int fds[2], int flags);
int isatty(int fd);
int access(const char *path, int mode);

int link(const char *old_path, const char *new_path);
int symlink(const char *target, const char *path);
ssize_t readlink(const char *path, char *buffer, size_t size);
int unlink(const char *path);
int unlinkat(int directory, const char *path, int flags);
int rmdir(const char *path);
int chdir(const char *path);
int fchdir(int fd);
char *getcwd(char *buffer, size_t size);

pid_t fork(void);
pid_t vfork(void) __attribute__((returns_twice));
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execvp(const char *name, char *const argv[]);
void _exit(int status) __attribute__((noreturn));
pid_t getpid(void);
pid_t getppid(void);
pid_t gettid(void);
pid_t getpgrp(void);
pid_t setsid(void);
int setpgid(pid_t pid, pid_t group);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);

int brk(void *end);
void *sbrk(intptr_t change);

unsigned int sleep(unsigned int seconds);
int usleep(useconds_t microseconds);
unsigned int alarm(unsigned int seconds);
int pause(void);

// Take options from a program's arguments, one letter at a time; lib/getopt.c has the rules.
extern char *optarg;
extern int optind, opterr, optopt;
int getopt(int argc, char *const argv[], const char *options);
