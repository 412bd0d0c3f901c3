// userfaultfd without privilege: what CAP_SYS_PTRACE admits, and unprivileged_userfaultfd, which admits
// faults of the kernel's copies to everybody.

#include "uffd.h"

#define SETTING "/proc/sys/vm/unprivileged_userfaultfd"

static void show_setting(void)
{
	char text[16] = { 0 };
	int fd = open(SETTING, O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	say("the setting: %s", text);
	close(fd);
}

static void store_setting(const char *text)
{
	int fd = open(SETTING, O_WRONLY);

	if (fd < 0)
		show("open the setting", fd);
	else
		show("store", write(fd, text, strlen(text)));
	close(fd);
}

static void try_features(const char *what, int flags, uint64_t version, uint64_t features)
{
	struct uffdio_api api = { .api = version, .features = features };
	int fd = (int)syscall(SYS_userfaultfd, flags);

	if (fd < 0) {
		show(what, fd);
		return;
	}
	show(what, ioctl(fd, UFFDIO_API, &api));
	say("  api %llx, features %llx\n", (unsigned long long)api.api,
	    (unsigned long long)api.features);
	close(fd);
}

static void try_all(void)
{
	show_setting();
	try_features("all faults", O_NONBLOCK, UFFD_API, 0);
	try_features("unknown flags", 1 << 20, UFFD_API, 0);
	try_features("the program's faults", UFFD_USER_MODE_ONLY, UFFD_API, 0);
	try_features("forks", UFFD_USER_MODE_ONLY, UFFD_API, UFFD_FEATURE_EVENT_FORK);
	try_features("forks, wrong version", UFFD_USER_MODE_ONLY, 0xAB, UFFD_FEATURE_EVENT_FORK);
	try_features("forks, unknown features", UFFD_USER_MODE_ONLY, UFFD_API,
	             UFFD_FEATURE_EVENT_FORK | 1ull << 40);
}

// A child without privilege does the same.
static void try_as_user(void)
{
	if (fork_or_end() == 0) {
		syscall(SYS_setresuid32, 1000, 1000, 1000);
		try_all();
		store_setting("1");
		_exit(0);
	}
	wait(NULL);
}

int main(void)
{
	try_all();
	try_as_user();
	store_setting("2");
	store_setting("-1");
	store_setting("x");
	store_setting("1 ");
	try_as_user();
	store_setting("0\n");
	show_setting();
	return 0;
}
