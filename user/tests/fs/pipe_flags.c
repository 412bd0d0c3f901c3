// What pipes do not have is refused: packets (Linux has them).

#include "test.h"

int main(void)
{
	int ends[2];

	show("packets", pipe2(ends, O_DIRECT));
	pipe(ends);
	show("packets, later", fcntl(ends[1], F_SETFL, O_DIRECT));
	show("nothing", fcntl(ends[0], F_SETFL, O_NONBLOCK));
	return 0;
}
