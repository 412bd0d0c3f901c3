// Directory entries as getdents64 and the old calls store them.
#pragma once

#include <abi/types.h>

// One entry; the next one lies d_reclen bytes further, a multiple of 8.
struct dirent64 {
	uint64_t d_ino;
	int64_t d_off; // where to seek to read the entry after this one
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[]; // NUL-terminated
};

#define DIRENT64_NAME_OFFSET 19 // of d_name; sizeof would count padding

// An entry of the call getdents; the next one lies d_reclen bytes further, a multiple of 4. The type
// is in the last byte. The call readdir stores a single entry, in which d_off is the position of this
// entry and d_reclen the length of the name.
struct dirent32 {
	uint32_t d_ino;
	uint32_t d_off;
	uint16_t d_reclen;
	char d_name[];
};

#define DIRENT32_NAME_OFFSET 10 // of d_name

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
