// The results of the stat calls. `struct stat` is the layout of the stat64 family (numbers 195 to
// 197 and 300), the only one that the library uses.
#pragma once

#include <abi/time.h>
#include <abi/types.h>

struct stat {
	dev_t st_dev;
	uint32_t st_pad0;
	uint32_t st_ino_low; // the low half of st_ino
	mode_t st_mode;
	nlink_t st_nlink;
	uid_t st_uid;
	gid_t st_gid;
	dev_t st_rdev;
	uint32_t st_pad1;
	off_t st_size;
	blksize_t st_blksize;
	uint64_t st_blocks; // of 512 bytes each, whatever st_blksize says
	struct timespec st_atim;
	struct timespec st_mtim;
	struct timespec st_ctim;
	ino_t st_ino;
};

_Static_assert(sizeof(struct stat) == 96, "struct stat is not the stat64 layout");

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

struct statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t tv_pad;
};

struct statx {
	uint32_t stx_mask;
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t stx_pad0;
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;
	uint64_t stx_attributes_mask;
	struct statx_timestamp stx_atime;
	struct statx_timestamp stx_btime;
	struct statx_timestamp stx_ctime;
	struct statx_timestamp stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t stx_mnt_id;
	uint64_t stx_spare[13];
};

_Static_assert(sizeof(struct statx) == 256, "struct statx has the wrong size");

#define STATX_TYPE 0x001
#define STATX_MODE 0x002
#define STATX_NLINK 0x004
#define STATX_UID 0x008
#define STATX_GID 0x010
#define STATX_ATIME 0x020
#define STATX_MTIME 0x040
#define STATX_CTIME 0x080
#define STATX_INO 0x100
#define STATX_SIZE 0x200
#define STATX_BLOCKS 0x400
#define STATX_BASIC_STATS 0x7ff
#define STATX_BTIME 0x800
#define STATX_MNT_ID 0x1000
#define STATX_MNT_ID_UNIQUE 0x4000

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISUID 0004000
#define S_ISGID 0002000
#define S_ISVTX 0001000

#define S_IRWXU 0700
#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
#define S_IRWXG 0070
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IXGRP 0010
#define S_IRWXO 0007
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IXOTH 0001

#define S_ISREG(mode) ((S_IFMT & (mode)) == S_IFREG)
#define S_ISDIR(mode) ((S_IFMT & (mode)) == S_IFDIR)
#define S_ISCHR(mode) ((S_IFMT & (mode)) == S_IFCHR)
#define S_ISBLK(mode) ((S_IFMT & (mode)) == S_IFBLK)
#define S_ISFIFO(mode) ((S_IFMT & (mode)) == S_IFIFO)
#define S_ISLNK(mode) ((S_IFMT & (mode)) == S_IFLNK)
#define S_ISSOCK(mode) ((S_IFMT & (mode)) == S_IFSOCK)
