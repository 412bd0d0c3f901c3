// /dev/null and /dev/zero.

#include "test.h"

int main(void)
{
	static char buffer[10000];
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR), sum = 0;
	size_t i;

	memset(buffer, 'x', sizeof(buffer));
	show("null: read", read(null, buffer, sizeof(buffer)));
	show("null: write", write(null, buffer, sizeof(buffer)));
	show("null: read again", read(null, buffer, 1));
	show("zero: write", write(zero, buffer, sizeof(buffer)));
	show("zero: read", read(zero, buffer, sizeof(buffer)));
	for (i = 0; i < sizeof(buffer); i++)
		sum += buffer[i];
	say("the bytes add up to %d\n", sum);
	show("null: seek", lseek(null, 100, SEEK_SET));
	show("zero: seek", lseek(zero, 100, SEEK_SET));
	return 0;
}
