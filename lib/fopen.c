// Opening and closing files of stdio, and moving in them.

#include "stream.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The flags of open() for a mode like "r+"; -1 if it is none.
static int mode_flags(const char *mode)
{
	int flags = strchr(mode, '+') ? O_RDWR : *mode == 'r' ? O_RDONLY : O_WRONLY;

	if (strchr(mode, 'e'))
		flags |= O_CLOEXEC;
	if (strchr(mode, 'x'))
		flags |= O_EXCL;
	switch (*mode) {
	case 'r':
		return flags;
	case 'w':
		return flags | O_CREAT | O_TRUNC;
	case 'a':
		return flags | O_CREAT | O_APPEND;
	default:
		errno = EINVAL;
		return -1;
	}
}

// Make a FILE of a descriptor. Returns NULL with errno set.
FILE *fdopen(int fd, const char *mode)
{
	int flags = mode_flags(mode);
	FILE *file;

	if (flags < 0)
		return NULL;
	file = malloc(sizeof(*file) + BUFSIZ); // the buffer follows the struct
	if (!file)
		return NULL;
	*file = (struct file){ .fd = fd,
		               .readable = (flags & O_ACCMODE) != O_WRONLY,
		               .writable = (flags & O_ACCMODE) != O_RDONLY,
		               .size = BUFSIZ,
		               .buffer = (char *)(file + 1),
		               .next = open_files };
	open_files = file;
	return file;
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
	int flags = mode_flags(mode);
	int fd = flags < 0 ? -1 : open(path, flags, 0666);
	FILE *file;

	if (fd < 0)
		return NULL;
	file = fdopen(fd, mode);
	if (!file)
		close(fd);
	return file;
}

// Write the rest of the buffer, and close. Returns 0, or EOF if any of the output was lost.
int fclose(FILE *file)
{
	int result = fflush(file);
	FILE **link = &open_files;

	if (close(file->fd) < 0)
		result = EOF;
	while (*link != file)
		link = &(*link)->next;
	*link = file->next;
	if (file->buffer == (char *)(file + 1))
		free(file);
	return result;
}

// Choose how the file is buffered. The buffer stays ours; the caller's is not used.
int setvbuf(FILE *restrict file, char *restrict buffer, int mode, size_t size)
{
	(void)buffer;
	(void)size;
	file->buffering = mode;
	return 0;
}

int fileno(FILE *file)
{
	return file->fd;
}

int feof(FILE *file)
{
	return file->at_end;
}

int ferror(FILE *file)
{
	return file->error;
}

void clearerr(FILE *file)
{
	file->at_end = file->error = false;
}

// Go to another place in the file. Returns 0, or -1 where that is not possible.
int fseek(FILE *file, long offset, int whence)
{
	if (fflush(file) < 0)
		return -1;
	if (!file->writing && whence == SEEK_CUR)
		offset -= (long)(file->end - file->start);
	file->start = file->end = 0;
	file->at_end = false;
	return lseek(file->fd, offset, whence) < 0 ? -1 : 0;
}

// Where in the file the next byte is read or written; -1 where it has no such place.
long ftell(FILE *file)
{
	off_t offset = lseek(file->fd, 0, SEEK_CUR);

	if (offset < 0)
		return -1;
	if (file->writing)
		return offset + file->end;
	return offset - (file->end - file->start);
}

void rewind(FILE *file)
{
	fseek(file, 0, SEEK_SET);
	clearerr(file);
}
