// Mounts that nobody removes: the audit finds them at the end of the machine, some detached and still in use.

#include "test.h"
#include <abi/mount.h>

static long mount(const char *source, const char *target, const char *type, unsigned long flags)
{
	return show(target, syscall(SYS_mount, source, target, type, flags, NULL));
}

static void stay(void)
{
	open("f", O_RDONLY);
	for (;;)
		pause();
}

int main(void)
{
	int fd;

	syscall(SYS_mount, NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL);
	mkdir("/tmp/m", 0755);
	mkdir("/tmp/n", 0755);
	mount("none", "/tmp/m", "tmpfs", 0);
	mkdir("/tmp/m/d", 0755);
	close(open("/tmp/m/d/f", O_WRONLY | O_CREAT, 0644));
	mount("/tmp/m/d", "/tmp/n", NULL, MS_BIND);
	mount("none", "/tmp/n", "tmpfs", 0);
	mount("none", "/tmp/m/d", "tmpfs", 0);
	chdir("/tmp/m/d");
	close(open("f", O_WRONLY | O_CREAT, 0644));
	fd = open("g", O_RDWR | O_CREAT, 0644);
	unlink("g");
	if (fork() == 0)
		stay();
	show("detach it", syscall(SYS_umount2, "/tmp/m/d", MNT_DETACH));
	show("a file in it", openat(fd, "f", O_RDONLY));
	return 0;
}
