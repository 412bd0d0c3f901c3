// sleep SECONDS: do nothing for a while. A fraction may follow a point.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct timespec wanted = { 0, 0 };
	long digit = 100000000;
	char *rest;

	if (argc != 2) {
		fprintf(stderr, "usage: sleep SECONDS\n");
		return 2;
	}
	wanted.tv_sec = strtol(argv[1], &rest, 10);
	if (*rest == '.')
		for (rest++; isdigit((unsigned char)*rest); rest++, digit /= 10)
			wanted.tv_nsec += (*rest - '0') * digit;
	if (*rest || nanosleep(&wanted, NULL) < 0) {
		perror("sleep");
		return 1;
	}
	return 0;
}
