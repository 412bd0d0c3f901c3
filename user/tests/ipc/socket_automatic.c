// stretch
// A socket gets a name that nobody has, although the names that come next are taken.

#include "socket.h"
#include <sys/resource.h>

#define TAKEN 5000

static struct sockaddr_un address = { .sun_family = AF_UNIX };

// Bind to the name with this number, which the kernel may choose too.
static int take(int fd, unsigned int number)
{
	snprintf(address.sun_path + 1, 6, "%05x", number & 0xfffff);
	return bind(fd, &address, FAMILY_SIZE + 6);
}

// Let the kernel choose a name. Returns its number.
static unsigned int choose(int fd)
{
	socklen_t length = sizeof(address);

	show("bind", bind(fd, &address, FAMILY_SIZE));
	getsockname(fd, &address, &length);
	return (unsigned int)strtoul(address.sun_path + 1, NULL, 16);
}

int main(void)
{
	struct rlimit limit = { TAKEN + 100, TAKEN + 100 };
	unsigned int first, next;
	int taken = 0;

	show("limit", setrlimit(RLIMIT_NOFILE, &limit));
	first = choose(socket(AF_UNIX, SOCK_DGRAM, 0));
	for (unsigned int i = 1; i <= TAKEN; i++)
		taken += take(socket(AF_UNIX, SOCK_DGRAM, 0), first + i) == 0;
	say("%d names taken\n", taken);
	next = choose(socket(AF_UNIX, SOCK_DGRAM, 0));
	check("another name", ((next - first) & 0xfffff) > TAKEN);
	show("names of another type are free", take(socket(AF_UNIX, SOCK_STREAM, 0), first));
	return 0;
}
