// Limits that the system-call interface guarantees.
#pragma once

#define NAME_MAX 255          // bytes in one name of a path, without the NUL
#define PATH_MAX 4096         // bytes in a path, with the NUL
#define PIPE_BUF 4096         // a write of at most this many bytes to a pipe is never torn
#define SYMLOOP_MAX 40        // symbolic links followed in one look-up; more is ELOOP
#define ARG_MAX 131072        // bytes of argv and envp that are always accepted
#define MAX_ARG_STRLEN 131072 // bytes in one argument, with the NUL; more is E2BIG
#define IOV_MAX 1024          // elements of one iovec array; more is EINVAL
#define NGROUPS_MAX 65536
#define OPEN_MAX 1024      // default of RLIMIT_NOFILE
#define OPEN_HARD_MAX 4096 // default of its hard limit
#define NR_OPEN 1048576    // the highest that it can be set to
