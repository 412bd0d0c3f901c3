// Waiting for children: options, and the meaning of a status word.
#pragma once

#define WNOHANG 1
#define WUNTRACED 2
#define WSTOPPED 2
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000
#define WNOTHREAD 0x20000000 // Linux's __WNOTHREAD
#define WALL 0x40000000      // Linux's __WALL
#define WCLONE 0x80000000u   // Linux's __WCLONE

// A status word: exit status in bits 8 to 15 when the low seven bits are zero; else the signal
// that ended the child is there, with bit 7 for a core dump. 0x7f says stopped, 0xffff continued.
#define WEXITSTATUS(status) (((status) >> 8) & 0xff)
#define WTERMSIG(status) (0x7f & (status))
#define WSTOPSIG(status) WEXITSTATUS(status)
#define WCOREDUMP(status) (0x80 & (status))
#define WIFEXITED(status) (WTERMSIG(status) == 0)
#define WIFSIGNALED(status) (WTERMSIG(status) != 0 && WTERMSIG(status) != 0x7f)
#define WIFSTOPPED(status) ((0xff & (status)) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)

#define P_ALL 0
#define P_PID 1
#define P_PGID 2
