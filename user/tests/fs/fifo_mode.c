// A FIFO or a pipe that is opened neither to read nor to write: the access mode 3 waits for nobody.

#include "test.h"

#include <fcntl.h>

int main(void)
{
	char path[40];
	int ends[2];

	show("mkfifo", mkfifo("fifo", 0600));
	show("mode 3", open("fifo", O_ACCMODE));
	show("without waiting", open("fifo", O_ACCMODE | O_NONBLOCK));
	show("pipe", pipe(ends));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	show("a pipe", open(path, O_ACCMODE));
	check("O_RDWR", open("fifo", O_RDWR) >= 0);
	return 0;
}
