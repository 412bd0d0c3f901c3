// A named area whose memory is registered with a userfaultfd stays one: its protection and its end reach
// that memory.

#include "area.h"
#include <abi/userfaultfd.h>
#include <sys/ioctl.h>

static int uffd;

static void handshake(void)
{
	struct uffdio_api api = { .api = UFFD_API };

	uffd = (int)syscall(SYS_userfaultfd, 0);
	show("userfaultfd", uffd < 0 ? -1 : ioctl(uffd, UFFDIO_API, &api));
}

static void use(const char *what, size_t first, size_t pages, bool leave)
{
	struct area_request request = ask("registered", 4 * PAGE);
	int id;
	char *p;
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_WP };

	request.access = AREA_ACCESS_WRITE;
	id = make_as(request);
	p = place(id);
	say("%s:\n", what);
	memset(p, 1, 4 * PAGE);
	reg.range.start = (uintptr_t)p + first * PAGE;
	reg.range.len = pages * PAGE;
	show("  register", ioctl(uffd, UFFDIO_REGISTER, &reg));
	if (leave)
		show("  unregister", ioctl(uffd, UFFDIO_UNREGISTER, &reg.range));
	result("  protect", area_protect(id, PROT_READ));
	access_of("  the first page", p);
	access_of("  the last page", p + 3 * PAGE);
	result("  delete", area_delete(&id, 1));
	access_of("  the first page", p);
	access_of("  the second page", p + PAGE);
	access_of("  the last page", p + 3 * PAGE);
}

int main(void)
{
	handshake();
	use("not registered", 0, 0, false);
	use("registered", 0, 4, false);
	use("a part", 1, 2, false);
	use("no longer registered", 0, 4, true);
	return 0;
}
