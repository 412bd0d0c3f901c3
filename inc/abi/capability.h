// Capabilities, and how capget(2) and capset(2) store sets of them (capabilities(7)).
#pragma once

#include <stdint.h>

#define CAP_CHOWN 0           // change the owner of a file
#define CAP_DAC_OVERRIDE 1    // ignore the permissions of files
#define CAP_DAC_READ_SEARCH 2 // read all files, search all directories
#define CAP_FOWNER 3          // what only a file's owner may do
#define CAP_FSETID 4          // keep set-id bits when a file changes
#define CAP_KILL 5            // send signals to all processes
#define CAP_SETGID 6          // change group ids
#define CAP_SETUID 7          // change user ids
#define CAP_SETPCAP 8         // add inheritable capabilities
#define CAP_LINUX_IMMUTABLE 9
#define CAP_NET_ADMIN 12  // buffers beyond the limit, priorities of sockets
#define CAP_IPC_LOCK 14   // lock memory beyond the limit
#define CAP_IPC_OWNER 15  // use System V objects of others
#define CAP_SYS_RAWIO 17  // device memory
#define CAP_SYS_CHROOT 18 // chroot
#define CAP_SYS_PTRACE 19 // look into all processes
#define CAP_SYS_ADMIN 21
#define CAP_SYS_BOOT 22     // reboot
#define CAP_SYS_NICE 23     // raise priorities
#define CAP_SYS_RESOURCE 24 // exceed limits
#define CAP_MKNOD 27        // make device files
#define CAP_LEASE 28        // leases on files of others
#define CAP_MAC_OVERRIDE 32
#define CAP_SYSLOG 34   // the log
#define CAP_LAST_CAP 40 // the last one that Linux has

// Versions of the calls: the first one has sets of 32 bits, the others of 64 in two parts.
#define LINUX_CAPABILITY_VERSION_1 0x19980330u
#define LINUX_CAPABILITY_VERSION_2 0x20071026u
#define LINUX_CAPABILITY_VERSION_3 0x20080522u

struct cap_user_header {
	uint32_t version;
	int32_t pid;
};

// A part of the three sets: the low 32 bits, or the high ones.
struct cap_user_data {
	uint32_t effective, permitted, inheritable;
};
