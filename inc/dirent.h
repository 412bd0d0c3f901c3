// Reading directories.
#pragma once

#include <abi/dirent.h>

// One entry: the layout of struct dirent64, with a name of known size.
struct dirent {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[256];
};

typedef struct directory DIR;

DIR *opendir(const char *path);
struct dirent *readdir(DIR *directory);
void rewinddir(DIR *directory);
int closedir(DIR *directory);
int dirfd(DIR *directory);

// The call itself: fills `buffer` with struct dirent64, returns the bytes, 0 at the end.
ssize_t getdents64(int fd, void *buffer, size_t size);
