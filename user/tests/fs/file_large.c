// A file of many pages, written and read in pieces that do not fit pages, returns the bytes that were put
// in.

#include "test.h"

#define SIZE 1000003
#define PIECE 4099

static unsigned char buffer[PIECE];

static unsigned char byte_at(unsigned int offset)
{
	return (unsigned char)(offset * 2654435761u >> 24);
}

int main(void)
{
	unsigned int offset, wrong = 0, n, i;
	struct stat st;
	int fd = open("/tmp/large", O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (offset = 0; offset < SIZE; offset += n) {
		n = SIZE - offset < PIECE ? SIZE - offset : PIECE;
		for (i = 0; i < n; i++)
			buffer[i] = byte_at(offset + i);
		if (write(fd, buffer, n) != (ssize_t)n)
			show("write", -1);
	}
	fstat(fd, &st);
	say("size %lld\n", (long long)st.st_size);
	lseek(fd, 0, SEEK_SET);
	for (offset = 0; (n = read(fd, buffer, 1021)) > 0; offset += n)
		for (i = 0; i < n; i++)
			wrong += buffer[i] != byte_at(offset + i);
	say("read %u bytes, %u of them wrong\n", offset, wrong);
	close(fd);
	fd = open("/tmp/large", O_WRONLY | O_TRUNC);
	fstat(fd, &st);
	say("after O_TRUNC: size %lld\n", (long long)st.st_size);
	show("unlink", unlink("/tmp/large"));
	return 0;
}
