// test_pipe.c: the slots of a pipe. Nothing here ever waits.
#include "debug/ktest.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/pipe.h"
#include "fs/uio.h"
#include "mem/heap.h"
#include <abi/fcntl.h>

static char buffer[PIPE_SLOTS * PAGE_SIZE + PAGE_SIZE];

static ssize_t put(struct file *ends[2], size_t n)
{
	struct uio uio = uio_kernel(buffer, n);

	return file_write(ends[1], &uio, NULL);
}

static ssize_t take(struct file *ends[2], void *bytes, size_t n)
{
	struct uio uio = uio_kernel(bytes, n);

	return file_read(ends[0], &uio, NULL);
}

static void begin(struct file *ends[2])
{
	EXPECT_EQ(pipe_create_files(O_NONBLOCK, ends), 0);
	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = (char)(i * 3 + i / 255);
}

static void end(struct file *ends[2])
{
	file_put(ends[0]);
	file_put(ends[1]);
}

static unsigned int events(struct file *file)
{
	struct poll_table table = { .next = NULL };

	return file->ops->poll(file, &table) & (POLLIN | POLLOUT | POLLHUP | POLLERR);
}

// Returns the byte at position `at` of a stream.
static char stream_byte(size_t at)
{
	return (char)(at * 7 + at / 251);
}

KTEST(pipe_keeps_bytes_in_order)
{
	struct file *ends[2];
	char bytes[64];
	size_t in = 0, out = 0;
	bool right = true;

	begin(ends);
	for (size_t round = 0; round < 5000; round++) {
		size_t length = round * 13 % 61;
		struct uio uio = uio_kernel(bytes, length);
		ssize_t n;

		for (size_t i = 0; i < length; i++)
			bytes[i] = stream_byte(in + i);
		n = file_write(ends[1], &uio, NULL);
		in += n > 0 ? (size_t)n : 0;
		n = take(ends, bytes, round * 17 % 59 + 2);
		for (ssize_t i = 0; i < n; i++)
			right &= bytes[i] == stream_byte(out++);
	}
	EXPECT(right);
	EXPECT(in > 100000 && in >= out);
	end(ends);
}

KTEST(pipe_is_full_when_its_slots_are)
{
	struct file *ends[2];
	char byte;

	begin(ends);
	for (uint32_t i = 0; i < PIPE_SLOTS; i++)
		EXPECT_EQ(put(ends, 3000), 3000); // no two fit into one page
	EXPECT_EQ(put(ends, 3000), -EAGAIN);
	EXPECT_EQ(put(ends, 1096), 1096); // fits after the newest
	EXPECT_EQ(put(ends, 1), -EAGAIN);
	EXPECT_EQ(events(ends[1]), 0);
	EXPECT_EQ(take(ends, &byte, 1), 1);
	EXPECT_EQ(put(ends, 1), -EAGAIN); // the oldest slot is not empty yet
	EXPECT_EQ(events(ends[0]), POLLIN);
	end(ends);
}

// Returns true if no slot holds more than its page.
static bool slots_fit(const struct pipe *pipe)
{
	for (const struct pipe_slot *slot = pipe->slots; slot < pipe->end; slot++)
		if (slot->start > slot->end || slot->end > PAGE_SIZE)
			return false;
	return true;
}

// A write that exceeds the room in the newest slot, by one byte or by many, goes into the next
// slot.
KTEST(pipe_fills_no_slot_past_its_page)
{
	const size_t lengths[] = { 1, 2, 100, 2000, PAGE_SIZE - 1 };
	char *got = kmalloc(2 * PAGE_SIZE);
	struct file *ends[2];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (size_t more = 0; more < 3 && lengths[i] + more < PAGE_SIZE; more++) {
			size_t first = PAGE_SIZE - lengths[i], next = lengths[i] + more;
			const struct pipe *pipe;

			begin(ends);
			pipe = ends[1]->private;
			EXPECT_EQ(put(ends, first), (ssize_t)first);
			EXPECT_EQ(put(ends, next), (ssize_t)next);
			EXPECT(slots_fit(pipe));
			EXPECT_EQ(pipe->used, more ? 2 : 1);
			EXPECT_EQ(take(ends, got, 2 * PAGE_SIZE), (ssize_t)(first + next));
			EXPECT_EQ(memcmp(got, buffer, first), 0);
			EXPECT_EQ(memcmp(got + first, buffer, next), 0);
			end(ends);
		}
	}
	kfree(got);
}

KTEST(pipe_takes_large_writes_in_part)
{
	struct file *ends[2];
	char *got = kmalloc(sizeof(buffer));

	begin(ends);
	EXPECT_EQ(put(ends, sizeof(buffer)), (ssize_t)(PIPE_SLOTS * PAGE_SIZE));
	EXPECT_EQ(take(ends, got, sizeof(buffer)), (ssize_t)(PIPE_SLOTS * PAGE_SIZE));
	EXPECT_EQ(memcmp(got, buffer, PIPE_SLOTS * PAGE_SIZE), 0);
	EXPECT_EQ(take(ends, got, 1), -EAGAIN);
	kfree(got);
	end(ends);
}

KTEST(pipe_tells_of_closed_ends)
{
	struct file *ends[2];
	void (*hook)(void) = sigpipe_hook;
	char byte;

	begin(ends);
	sigpipe_hook = NULL;
	EXPECT_EQ(events(ends[0]), 0);
	EXPECT_EQ(events(ends[1]), POLLOUT);
	EXPECT_EQ(put(ends, 1), 1);
	file_get(ends[0]);
	file_put(ends[1]);
	EXPECT_EQ(events(ends[0]), POLLIN | POLLHUP);
	EXPECT_EQ(take(ends, &byte, 1), 1);
	EXPECT_EQ(take(ends, &byte, 1), 0);
	EXPECT_EQ(events(ends[0]), POLLHUP);
	file_put(ends[0]);
	file_put(ends[0]);

	begin(ends);
	file_put(ends[0]);
	EXPECT_EQ(events(ends[1]), POLLOUT | POLLERR);
	EXPECT_EQ(put(ends, 1), -EPIPE);
	EXPECT_EQ(put(ends, 0), 0);
	file_put(ends[1]);
	sigpipe_hook = hook;
}

KTEST(pipe_gives_its_pages_back)
{
	struct file *ends[2];
	size_t pages;

	begin(ends);
	put(ends, sizeof(buffer));
	end(ends);
	pages = heap_pages();
	begin(ends);
	put(ends, sizeof(buffer));
	EXPECT(heap_pages() > pages);
	end(ends);
	EXPECT_EQ(heap_pages(), pages);
}

KTEST(uio_goes_through_its_stretches)
{
	char a[3] = "abc", b[5] = "defgh", got[16] = "";
	struct iovec iov[] = { { a, 0 }, { a, 3 }, { NULL, 0 }, { b, 5 } };
	struct user_vector vector = { .iov = iov, .count = 4, .total = 8 };
	struct uio uio = uio_vector(&vector);

	EXPECT_EQ(uio.left, 8);
	uio_advance(&uio, 0);
	EXPECT_EQ(uio.len, 3);
	uio_advance(&uio, 2);
	EXPECT(uio.base == (char __user *)a + 2);
	uio_advance(&uio, 1);
	EXPECT(uio.base == (char __user *)b);
	EXPECT_EQ(uio.left, 5);
	uio_advance(&uio, 5);
	EXPECT_EQ(uio.left, 0);

	uio = uio_kernel(b, 5);
	EXPECT_EQ(uio_copyin(&uio, got, 3), 3);
	EXPECT_EQ(uio_copyin(&uio, got + 3, 9), 2);
	EXPECT_EQ(strcmp(got, "defgh"), 0);
	uio = uio_kernel(b, 5);
	EXPECT_EQ(uio_zero(&uio, 9), 5);
	EXPECT_EQ(b[0] | b[4], 0);
}
