// /dev/userfaultfd: it makes descriptors. The Linux of the records has no such file, so a person has
// written down what its documentation says.

#include "uffd.h"

int main(void)
{
	int dev = open("/dev/userfaultfd", O_RDWR | O_CLOEXEC), fd;
	char buffer[PAGE];

	show("an unknown request", ioctl(dev, USERFAULTFD_IOC_NEW + 1, 0));
	show("unknown flags", ioctl(dev, USERFAULTFD_IOC_NEW, 2));
	fd = ioctl(dev, USERFAULTFD_IOC_NEW, O_CLOEXEC | O_NONBLOCK);
	check("a descriptor", fd > dev);
	show("F_GETFL", fcntl(fd, F_GETFL));
	show("F_GETFD", fcntl(fd, F_GETFD));
	show("read before the handshake", read(fd, buffer, PAGE));
	close(fd);
	show("flags none", ioctl(dev, USERFAULTFD_IOC_NEW, 0) > dev);
	show("read of the device", read(dev, buffer, PAGE));
	return 0;
}
