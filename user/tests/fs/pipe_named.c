// Named pipes: opening waits for the other side.

#include "test.h"

int main(void)
{
	char buffer[16];
	struct stat st;
	int fd, status;

	show("mkfifo", mkfifo("/tmp/fifo", 0600));
	stat("/tmp/fifo", &st);
	check("is a pipe", S_ISFIFO(st.st_mode));
	show("write without a reader", open("/tmp/fifo", O_WRONLY | O_NONBLOCK));
	fd = open("/tmp/fifo", O_RDONLY | O_NONBLOCK);
	check("read without a writer", fd >= 0);
	show("nothing is there", read(fd, buffer, sizeof(buffer)));
	close(fd);

	if (fork() == 0) {
		fd = open("/tmp/fifo", O_WRONLY);
		sleep_ms(10);
		write(fd, "hello", 5);
		_exit(0);
	}
	fd = open("/tmp/fifo", O_RDONLY);
	show("read", read(fd, buffer, sizeof(buffer)));
	show("the end", read(fd, buffer, sizeof(buffer)));
	wait(&status);
	show_status("writer", status);
	close(fd);
	fd = open("/tmp/fifo", O_RDWR);
	show("both ends at once", write(fd, "x", 1));
	show("read it back", read(fd, buffer, sizeof(buffer)));
	show("lseek", lseek(fd, 0, SEEK_SET));
	return 0;
}
