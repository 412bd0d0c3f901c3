// Sockets: the numbers and structs of the calls.
#pragma once

#include <abi/types.h>
#include <abi/uio.h>
#include <stdint.h>

// The calls that socketcall(2) combines.
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

// Families of addresses.
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_LOCAL AF_UNIX
#define AF_INET 2
#define AF_MAX 46u // one more than the highest number of a family

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5
#define SOCK_TYPE_MASK 0xfu
#define SOCK_MAX 11u // one more than the highest type
#define SOCK_NONBLOCK 0x800u
#define SOCK_CLOEXEC 0x80000u

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOMAXCONN 4096

#define MSG_OOB 0x1u
#define MSG_PEEK 0x2u
#define MSG_DONTROUTE 0x4u
#define MSG_CTRUNC 0x8u
#define MSG_TRUNC 0x20u
#define MSG_DONTWAIT 0x40u
#define MSG_EOR 0x80u
#define MSG_WAITALL 0x100u
#define MSG_ERRQUEUE 0x2000u
#define MSG_NOSIGNAL 0x4000u
#define MSG_MORE 0x8000u
#define MSG_WAITFORONE 0x10000u
#define MSG_CMSG_CLOEXEC 0x40000000u

// Options, and the level that they are at.
#define SOL_SOCKET 1
#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_OOBINLINE 10
#define SO_PRIORITY 12
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_TIMESTAMP 29
#define SO_ACCEPTCONN 30
#define SO_SNDBUFFORCE 32
#define SO_RCVBUFFORCE 33
#define SO_PROTOCOL 38
#define SO_DOMAIN 39
#define SO_RCVTIMEO_NEW 66
#define SO_SNDTIMEO_NEW 67

// What goes along with the bytes of a message.
#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD 253u // descriptors in a message

#define FIOSETOWN 0x8901u // ioctl: who gets the socket's signals
#define SIOCSPGRP 0x8902u
#define FIOGETOWN 0x8903u
#define SIOCGPGRP 0x8904u
#define SIOCOUTQ 0x5411u // ioctl: bytes that were sent and not read yet

typedef uint16_t sa_family_t;
typedef uint32_t socklen_t;

#define SOCKADDR_MAX 128u // bytes of the longest address of any family
#define UNIX_PATH_MAX 108

// An address of AF_UNIX: a path, or after a first byte of 0 an abstract name (unix(7)).
struct sockaddr_un {
	sa_family_t sun_family;
	char sun_path[UNIX_PATH_MAX];
};

struct ucred {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

struct linger {
	int l_onoff;
	int l_linger;
};

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	size_t msg_iovlen;
	void *msg_control;
	size_t msg_controllen;
	int msg_flags;
};

struct mmsghdr {
	struct msghdr msg_hdr;
	unsigned int msg_len;
};

struct cmsghdr {
	size_t cmsg_len; // with this header
	int cmsg_level;
	int cmsg_type;
};

#define CMSG_ALIGN(length) (((length) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define CMSG_LEN(length) (sizeof(struct cmsghdr) + (length))
#define CMSG_SPACE(length) (sizeof(struct cmsghdr) + CMSG_ALIGN(length))
