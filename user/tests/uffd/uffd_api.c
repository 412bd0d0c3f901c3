// userfaultfd: the descriptor, and the handshake UFFDIO_API with its errors.

#include "uffd.h"

static void handshake(const char *what, int fd, uint64_t version, uint64_t features)
{
	struct uffdio_api api = { .api = version, .features = features, .ioctls = 5 };

	show(what, ioctl(fd, UFFDIO_API, &api));
	say("  api %llx, features %llx, ioctls %llx\n", (unsigned long long)api.api,
	    (unsigned long long)api.features, (unsigned long long)api.ioctls);
}

static void try_handshake(const char *what, uint64_t version, uint64_t features)
{
	int fd = uffd_open(O_NONBLOCK);

	handshake(what, fd, version, features);
	close(fd);
}

static void show_poll(const char *what, int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&wait, 1, 0);
	say("%s: 0x%x\n", what, (unsigned int)wait.revents);
}

int main(void)
{
	struct uffdio_range range = { 0x20000000, PAGE };
	char bytes[sizeof(struct uffd_msg)];
	int fd;

	for (int bit = 0; bit < 32; bit++) {
		fd = (int)syscall(SYS_userfaultfd, 1u << bit);
		if (fd >= 0)
			say("flag 0x%x\n", 1u << bit);
		close(fd);
	}
	fd = uffd_open(O_CLOEXEC);
	show("F_GETFD", fcntl(fd, F_GETFD));
	show("F_GETFL", fcntl(fd, F_GETFL));
	show("F_SETFL", fcntl(fd, F_SETFL, O_NONBLOCK));
	show("F_GETFL", fcntl(fd, F_GETFL));
	show("read before the handshake", read(fd, bytes, sizeof(bytes)));
	show_poll("poll before the handshake", fd);
	show("wake before the handshake", ioctl(fd, UFFDIO_WAKE, &range));
	show("unknown request", ioctl(fd, 0x1234, &range));
	show("bad address", ioctl(fd, UFFDIO_API, (void *)1));
	handshake("wrong version", fd, 0xAB, 0);
	handshake("unknown features", fd, UFFD_API, 1ull << 17);
	handshake("unknown features", fd, UFFD_API, 1ull << 63);
	handshake("good", fd, UFFD_API, UFFD_FEATURE_EXACT_ADDRESS);
	handshake("a second time", fd, UFFD_API, UFFD_FEATURE_EXACT_ADDRESS);
	show("unknown request", ioctl(fd, 0x1234, &range));
	show("read nothing", read(fd, bytes, sizeof(bytes)));
	show("read too little", read(fd, bytes, sizeof(bytes) - 1));
	show("read 0", read(fd, bytes, 0));
	show("write", write(fd, bytes, sizeof(bytes)));
	show("lseek", lseek(fd, 0, SEEK_SET));
	show("pread", pread(fd, bytes, sizeof(bytes), 0));
	show("mmap", (long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));
	show_poll("poll", fd);
	show("F_SETFL", fcntl(fd, F_SETFL, 0));
	show_poll("poll of a descriptor that blocks", fd);
	close(fd);
	fd = uffd_open(O_NONBLOCK);
	handshake("query", fd, UFFD_API, 0);
	handshake("after a query", fd, UFFD_API, UFFD_FEATURE_SIGBUS);
	close(fd);
	try_handshake("all features", UFFD_API, UFFD_FEATURES_ALL);
	try_handshake("WP_ASYNC alone", UFFD_API, UFFD_FEATURE_WP_ASYNC);
	return 0;
}
