// The calls on sockets that socketcall(2) combines, and what they take.
#pragma once

#define SOCKET_SOCKET 1
#define SOCKET_BIND 2
#define SOCKET_CONNECT 3
#define SOCKET_LISTEN 4
#define SOCKET_ACCEPT 5
#define SOCKET_GETSOCKNAME 6
#define SOCKET_GETPEERNAME 7
#define SOCKET_SOCKETPAIR 8
#define SOCKET_SEND 9
#define SOCKET_RECV 10
#define SOCKET_SENDTO 11
#define SOCKET_RECVFROM 12
#define SOCKET_SHUTDOWN 13
#define SOCKET_SETSOCKOPT 14
#define SOCKET_GETSOCKOPT 15
#define SOCKET_SENDMSG 16
#define SOCKET_RECVMSG 17
#define SOCKET_ACCEPT4 18
#define SOCKET_RECVMMSG 19
#define SOCKET_SENDMMSG 20

#define AF_MAX 46u // one more than the highest number of a family

#define SOCK_TYPE_MASK 0xfu
#define SOCK_MAX 11u // one more than the highest type
#define SOCK_NONBLOCK 0x800u
#define SOCK_CLOEXEC 0x80000u
