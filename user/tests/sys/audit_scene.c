// helper
// Leaves a machine behind in which there is something to audit: processes that sleep in different
// ways, areas of every kind, shared pages, open files, a pipe, a zombie. grade/self/test_audit.py
// looks at its memory.
#include "test.h"
#include <mqueue.h>
#include <poll.h>
#include <sys/area.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PAGE 4096
#define SPAN (4 << 20) // what one page table maps

static int work[2], ready[2]; // pipes
static char *shared;          // memory of all
static char *inherited;       // private memory, copied when written

static void touch(char *at, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		at[i * PAGE] = 1;
}

// Make a named area of one's own, and clone the one that was there first.
static void map_named(void)
{
	struct area_request own = { .name = "own",
		                    .size = 2 * PAGE,
		                    .protection = PROT_READ | PROT_WRITE };
	struct area_clone_request clone = { .source = area_find("scene"), .protection = PROT_READ };

	area_create(&own, 1);
	area_clone(&clone);
	touch((char *)own.address, 1);
	(void)*(volatile char *)clone.address;
}

// Map a file in both ways, a device, and memory with every protection.
static void map(void)
{
	struct rlimit limit = { 4096, 4096 };
	int display = open("/dev/mem", O_RDWR);
	char *text = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, display, 0xB8000);
	int fd = open("/tmp/scene", O_RDWR);
	char *file = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *copy = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *own = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	                 0);

	setrlimit(RLIMIT_NOFILE, &limit);
	dup2(fd, 3000);
	touch(file, 2);
	touch(copy, 1);
	touch(own, 32);
	touch(shared, 2);
	touch(inherited, 2);
	mprotect(own + PAGE, PAGE, PROT_NONE);
	mprotect(own + 3 * PAGE, PAGE, PROT_READ);
	(void)*(volatile char *)&copy[PAGE];
	(void)*(volatile char *)text;
	map_named();
	(void)*(volatile char *)&own[63 * PAGE]; // the zero page
}

// Large pages, of which one is there and one is reserved: private ones, and shared ones.
static void map_large(void)
{
	int flags = MAP_ANONYMOUS | MAP_HUGETLB;
	char *own = mmap(NULL, 2 * SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | flags, -1, 0);
	char *all = mmap(NULL, 2 * SPAN, PROT_READ | PROT_WRITE, MAP_SHARED | flags, -1, 0);

	if (own == MAP_FAILED || all == MAP_FAILED)
		return; // a machine without such pages
	touch(own, 1);
	touch(all, 1);
}

// Leave messages unread: bytes, a file, and a connection that nobody accepts.
static void send_messages(void)
{
	struct sockaddr_un address = { AF_UNIX, "\0scene" };
	char control[CMSG_SPACE(sizeof(int))];
	struct cmsghdr *header = (void *)control;
	struct iovec iov = { "file", 4 };
	struct msghdr message = { .msg_iov = &iov,
		                  .msg_iovlen = 1,
		                  .msg_control = control,
		                  .msg_controllen = sizeof(control) };
	int pair[2], server = socket(AF_UNIX, SOCK_STREAM, 0);
	struct pollfd waits = { .events = POLLOUT };

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	(void)!write(pair[0], "bytes", 5);
	*header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
	sendmsg(pair[0], &message, 0);
	bind(server, &address, sizeof(address.sun_family) + 6);
	listen(server, 1);
	connect(socket(AF_UNIX, SOCK_STREAM, 0), &address, sizeof(address.sun_family) + 6);
	server = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(server, &address, sizeof(address.sun_family) + 6);
	waits.fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	connect(waits.fd, &address, sizeof(address.sun_family) + 6);
	while (send(waits.fd, "", 0, MSG_DONTWAIT) == 0)
		continue;
	poll(&waits, 1, 0);
}

// Leave System V objects: a segment that is mapped, with a key, one that is removed and mapped, and one
// that nobody maps; a set of semaphores, one of which is to be changed back; a queue with a message.
static void make_objects(void)
{
	struct {
		long type;
		char text[6];
	} message = { 1, "bytes" };
	struct sembuf undo = { 1, 2, SEM_UNDO };
	int removed = shmget(IPC_PRIVATE, PAGE, 0600), set;
	char *at = shmat(shmget(77, 2 * PAGE, IPC_CREAT | 0600), NULL, 0);

	touch(at, 2);
	shmget(78, PAGE, IPC_CREAT | 0600);
	touch(shmat(removed, NULL, 0), 1);
	shmctl(removed, IPC_RMID, NULL);
	set = semget(79, 3, IPC_CREAT | 0600);
	semop(set, &undo, 1);
	msgsnd(msgget(80, IPC_CREAT | 0600), &message, 5, 0);
}

// How three processes wait for ever.
static void sleep_for_ever(int i)
{
	sigset_t set;
	char byte;

	if (i == 0) {
		send_messages();
		make_objects();
		(void)!read(work[0], &byte, 1);
	}
	if (i == 1 && fork() != 0) // on a futex, for a time
		syscall(SYS_futex, shared, 0, *(int *)shared, &(struct timespec){ 1000000, 0 },
		        NULL, 0);
	else if (i == 1)
		exit(0); // nobody waits for it
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, 40);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR2); // these stay pending
	kill(getpid(), 40);
	kill(getpid(), 40);
	syscall(SYS_tkill, getpid(), SIGUSR1);
	pause();
}

// A message queue with two messages, one of them in several pieces.
static void queue_messages(void)
{
	static char text[8192];
	mqd_t queue = mq_open("/scene", O_CREAT | O_RDWR, 0600, NULL);

	mq_send(queue, text, sizeof(text), 5);
	mq_send(queue, text, 10, 9);
}

int main(void)
{
	int fd = open("/tmp/scene", O_RDWR | O_CREAT, 0600);
	char *many, byte; // many: a page table that the children share
	struct area_request scene = { .name = "scene", .size = PAGE, .access = AREA_ACCESS_READ };

	ftruncate(fd, 3 * PAGE);
	mkdir("/tmp/scene.d", 0700);
	symlink("scene", "/tmp/scene.link");
	signal(SIGUSR1, SIG_IGN);
	pipe(work);
	pipe(ready);
	fcntl(ready[0], F_SETFL, O_ASYNC); // nobody is its owner
	shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	inherited = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	touch(inherited, 8);
	many = mmap(NULL, 2 * SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	area_create(&scene, 1);
	touch(many + SPAN - (uintptr_t)many % SPAN, 200);
	map_large();
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			map();
			(void)!write(ready[1], "x", 1);
			sleep_for_ever(i);
		}
	}
	for (int i = 0; i < 3; i++)
		(void)!read(ready[0], &byte, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); // the last one falls asleep
	(void)!write(ready[1], "data", 4);
	queue_messages();
	return 0;
}
