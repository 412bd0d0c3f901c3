// Reading directories entry by entry.

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct directory {
	int fd;
	size_t next, end; // entries not handed out yet: [next, end) of the buffer
	uint64_t buffer[256];
};

// Returns NULL with errno set if there is no such directory.
DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory;

	if (fd < 0)
		return NULL;
	directory = malloc(sizeof(*directory));
	if (!directory) {
		close(fd);
		return NULL;
	}
	directory->fd = fd;
	directory->next = directory->end = 0;
	return directory;
}

// The next entry, which stays valid until the next call; NULL at the end, or on an error.
struct dirent *readdir(DIR *directory)
{
	struct dirent *entry;

	if (directory->next == directory->end) {
		ssize_t n = getdents64(directory->fd, directory->buffer, sizeof(directory->buffer));

		if (n <= 0)
			return NULL;
		directory->next = 0;
		directory->end = n;
	}
	entry = (struct dirent *)((char *)directory->buffer + directory->next);
	directory->next += entry->d_reclen;
	return entry;
}

// Start again from the first entry.
void rewinddir(DIR *directory)
{
	lseek(directory->fd, 0, SEEK_SET);
	directory->next = directory->end = 0;
}

int closedir(DIR *directory)
{
	int fd = directory->fd;

	free(directory);
	return close(fd);
}

int dirfd(DIR *directory)
{
	return directory->fd;
}
