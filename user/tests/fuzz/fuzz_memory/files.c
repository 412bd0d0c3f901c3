// files.c: the two files that are mapped, and bytes that go from memory to a file or a pipe and back.

#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int descriptors[FILES];
static uint32_t buffer[BUFFER_SIZE / 4];

// Words that count up from `first`, at least `size` bytes of them.
static void fill_buffer(uint32_t first, uint32_t size)
{
	for (size_t i = 0; i < BUFFER_SIZE / 4 && i <= size / 4; i++)
		buffer[i] = first + i;
}

// Write `size` bytes of a pattern. Returns `fd`, or -1.
static int fill(int fd, uint32_t size, uint32_t first)
{
	fill_buffer(first, size);
	return fd >= 0 && write(fd, buffer, size) == (ssize_t)size ? fd : -1;
}

// A file that has no name any more, opened in three ways if `three` points to room for that.
static int nameless(int *three)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "fuzz_memory.%d", (int)getpid());
	fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (three) {
		three[0] = fd;
		three[1] = open(name, O_RDONLY);
		three[2] = open(name, O_WRONLY);
	}
	unlink(name);
	return fd;
}

// Open the files. Their numbers are the same in every run, their descriptors need not be.
void files_open(void)
{
	int memory = (int)syscall(SYS_memfd_create, "fuzz_memory", 0);

	nameless(&descriptors[FILE_A]);
	descriptors[FILE_B] = memory >= 0 ? memory : nameless(NULL);
	if (fill(descriptors[FILE_A], 6 * PAGE, 0xa0000000u) < 0)
		fail("the first file");
	if (fill(descriptors[FILE_B], 3 * PAGE + 100, 0xb0000000u) < 0)
		fail("the second file");
	if (pipe2(&descriptors[FILE_PIPE_IN], O_NONBLOCK) < 0)
		fail("pipe2");
	descriptors[FILE_FOLDER] = open(".", O_RDONLY | O_DIRECTORY);
	descriptors[FILE_CLOSED] = 200;
}

int file_descriptor(uint32_t number)
{
	return number < FILES ? descriptors[number] : (int)number;
}

void perform_truncate(const struct op *op, struct outcome *outcome)
{
	int fd = file_descriptor(op->arg[0]);

	outcome->result = result_of(syscall(SYS_ftruncate, fd, op->arg[1]));
}

void perform_fallocate(const struct op *op, struct outcome *outcome)
{
	int fd = file_descriptor(op->arg[0]);

	outcome->result = result_of(
		syscall(SYS_fallocate, fd, op->arg[1], op->arg[2], 0, op->arg[3], 0));
}

// Empty the pipe. Returns how many bytes were in it, and adds them to *hash.
static uint32_t drain(uint32_t *hash)
{
	uint32_t total = 0;

	for (;;) {
		ssize_t n = read(descriptors[FILE_PIPE_IN], buffer, sizeof(buffer));

		if (n <= 0)
			return total;
		*hash = hash_bytes(*hash, buffer, (size_t)n);
		total += (uint32_t)n;
	}
}

void perform_pipe_out(const struct op *op, struct outcome *outcome)
{
	void *from = (void *)address_of(op->arg[0]);
	uint32_t total;

	outcome->result = result_of(write(descriptors[FILE_PIPE_OUT], from, op->arg[1]));
	total = drain(&outcome->detail);
	outcome->detail = hash_word(outcome->detail, total);
}

void perform_pipe_in(const struct op *op, struct outcome *outcome)
{
	void *to = (void *)address_of(op->arg[0]);
	uint32_t size = op->arg[1] < BUFFER_SIZE ? op->arg[1] : BUFFER_SIZE;

	if (fill(descriptors[FILE_PIPE_OUT], size, op->arg[2]) < 0)
		fail("filling a pipe");
	outcome->result = result_of(read(descriptors[FILE_PIPE_IN], to, op->arg[1]));
	outcome->detail = drain(&outcome->detail);
}

// The process is its own other process here.
static long transfer(long call, const struct op *op)
{
	struct iovec here = { buffer, op->arg[1] };
	struct iovec there = { (void *)address_of(op->arg[0]), op->arg[1] };

	if (op->arg[1] > BUFFER_SIZE)
		here.iov_len = BUFFER_SIZE;
	return syscall(call, getpid(), &here, 1, &there, 1, 0);
}

void perform_vm_read(const struct op *op, struct outcome *outcome)
{
	long n = transfer(SYS_process_vm_readv, op);

	outcome->result = result_of(n);
	if (n > 0)
		outcome->detail = hash_bytes(0, buffer, (size_t)n);
}

void perform_vm_write(const struct op *op, struct outcome *outcome)
{
	fill_buffer(op->arg[2], op->arg[1]);
	outcome->result = result_of(transfer(SYS_process_vm_writev, op));
}

// Would a write that cannot read its first byte make the file longer? Linux 6.18's does; see
// grade/differences.md.
static bool grows_by_failing(int fd, uint32_t position, const void *from, uint32_t length)
{
	off_t size = lseek(fd, 0, SEEK_END);
	uint32_t none = 0;

	if (length == 0 || size < 0 || position <= (uint32_t)size)
		return false;
	if (write(descriptors[FILE_PIPE_OUT], from, 1) < 0)
		return true;
	drain(&none);
	return false;
}

void perform_file_out(const struct op *op, struct outcome *outcome)
{
	void *from = (void *)address_of(op->arg[0]);
	int fd = file_descriptor(op->arg[2]);

	if (grows_by_failing(fd, op->arg[3], from, op->arg[1])) {
		outcome->skipped = true;
		return;
	}
	outcome->result = result_of(syscall(SYS_pwrite64, fd, from, op->arg[1], op->arg[3], 0));
}

void perform_file_in(const struct op *op, struct outcome *outcome)
{
	void *to = (void *)address_of(op->arg[0]);
	int fd = file_descriptor(op->arg[2]);

	outcome->result = result_of(syscall(SYS_pread64, fd, to, op->arg[1], op->arg[3], 0));
}

void perform_file_digest(const struct op *op, struct outcome *outcome)
{
	int fd = file_descriptor(op->arg[0]);
	uint32_t at = 0;
	ssize_t n;

	for (;;) {
		n = syscall(SYS_pread64, fd, buffer, sizeof(buffer), at, 0);
		if (n <= 0)
			break;
		outcome->detail = hash_bytes(outcome->detail, buffer, (size_t)n);
		at += (uint32_t)n;
	}
	outcome->result = n < 0 ? result_of(n) : (int32_t)at;
}
