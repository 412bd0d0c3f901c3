// POSIX shared memory is files in /dev/shm (shm_open(3)): one that is made, mapped by two processes, and removed.

#include "../test.h"

#include <sys/mman.h>

#define NAME "/dev/shm/posix_shm"
#define FLAGS (O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK) // those of C libraries

static void child(void)
{
	int fd = open(NAME, FLAGS | O_RDWR);
	char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	say("the child reads: %s\n", at + 5000);
	strcpy(at + 5000, "from the child");
}

// A user without privileges may make one too, but not remove another's.
static void stranger(void)
{
	if (syscall(SYS_setgid32, 1000) || syscall(SYS_setuid32, 1000))
		say("setuid: %s\n", error_name(errno));
	check("make one", open("/dev/shm/own", FLAGS | O_RDWR | O_CREAT | O_EXCL, 0600) >= 0);
	show("remove it", unlink("/dev/shm/own"));
	show("open another's", open(NAME, FLAGS | O_RDWR));
	show("remove another's", unlink(NAME));
}

int main(void)
{
	struct stat st;
	int fd;
	char *at;

	show("the directory", stat("/dev/shm", &st));
	say("  mode %#o, user %u\n", (unsigned int)st.st_mode, (unsigned int)st.st_uid);
	show("none yet", open(NAME, FLAGS | O_RDWR));
	fd = open(NAME, FLAGS | O_RDWR | O_CREAT | O_EXCL, 0600);
	check("made", fd >= 0);
	show("again", open(NAME, FLAGS | O_RDWR | O_CREAT | O_EXCL, 0600));
	show("size", ftruncate(fd, 8192));
	at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	strcpy(at + 5000, "from the parent");
	show_child("child", child);
	say("the parent reads: %s\n", at + 5000);
	show_child("a stranger", stranger);
	show("remove", unlink(NAME));
	say("it is still there: %s\n", at + 5000);
	show("none is left", open(NAME, FLAGS | O_RDWR));
	return 0;
}
