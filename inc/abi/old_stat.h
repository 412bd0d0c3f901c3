// The results of the old calls stat, statfs and their relatives, whose numbers are too small for
// some files: the calls return EOVERFLOW for those.
#pragma once

#include <stdint.h>

// Of the calls stat, lstat and fstat (numbers 106 to 108).
struct old_stat {
	uint16_t st_dev;
	uint16_t st_pad0;
	uint32_t st_ino;
	uint16_t st_mode;
	uint16_t st_nlink;
	uint16_t st_uid;
	uint16_t st_gid;
	uint16_t st_rdev;
	uint16_t st_pad1;
	uint32_t st_size;
	uint32_t st_blksize;
	uint32_t st_blocks;
	uint32_t st_atim_sec;
	uint32_t st_atim_nsec;
	uint32_t st_mtim_sec;
	uint32_t st_mtim_nsec;
	uint32_t st_ctim_sec;
	uint32_t st_ctim_nsec;
	uint32_t st_spare[2];
};

_Static_assert(sizeof(struct old_stat) == 64, "struct old_stat has the wrong size");

// Of the calls oldstat, oldlstat and oldfstat (numbers 18, 84 and 28).
struct oldest_stat {
	uint16_t st_dev;
	uint16_t st_ino;
	uint16_t st_mode;
	uint16_t st_nlink;
	uint16_t st_uid;
	uint16_t st_gid;
	uint16_t st_rdev;
	uint32_t st_size;
	uint32_t st_atim_sec;
	uint32_t st_mtim_sec;
	uint32_t st_ctim_sec;
};

_Static_assert(sizeof(struct oldest_stat) == 32, "struct oldest_stat has the wrong size");

// Of the calls statfs and fstatfs (numbers 99 and 100).
struct old_statfs {
	uint32_t f_type;
	uint32_t f_bsize;
	uint32_t f_blocks;
	uint32_t f_bfree;
	uint32_t f_bavail;
	uint32_t f_files;
	uint32_t f_ffree;
	int32_t f_fsid[2];
	uint32_t f_namelen;
	uint32_t f_frsize;
	uint32_t f_flags;
	uint32_t f_spare[4];
};

_Static_assert(sizeof(struct old_statfs) == 64, "struct old_statfs has the wrong size");

struct ustat {
	int32_t f_tfree;
	uint32_t f_tinode;
	char f_fname[6];
	char f_fpack[6];
};

_Static_assert(sizeof(struct ustat) == 20, "struct ustat has the wrong size");
