// O_APPEND: each write goes to the end, wherever the position was.

#include "test.h"

int main(void)
{
	int one, two;
	char byte;

	make_file("/tmp/log", "start");
	one = open("/tmp/log", O_RDWR | O_APPEND);
	two = open("/tmp/log", O_WRONLY | O_APPEND);
	show("read moves the position", read(one, &byte, 1));
	show("one writes", write(one, " one", 4));
	show("its position", lseek(one, 0, SEEK_CUR));
	show("two writes", write(two, " two", 4));
	lseek(one, 0, SEEK_SET);
	show("one writes from the beginning", write(one, " one", 4));
	show_file("/tmp/log");
	return 0;
}
