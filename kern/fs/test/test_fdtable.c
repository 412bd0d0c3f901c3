// test_fdtable.c: descriptor tables.
#include "debug/ktest.h"
#include "fs/fdtable.h"
#include "fs/open.h"
#include "thread/thread.h"

// Returns an open file to fill tables with, with one reference.
static struct file *some_file(void)
{
	struct file *file;

	EXPECT_EQ(file_open_kernel("/dev/null", O_RDWR, &file), 0);
	return file;
}

static int add(struct fdtable *table, struct file *file, uint32_t min, bool cloexec)
{
	return fd_add(table, file_get(file), min, cloexec);
}

KTEST(fdtable_gives_the_lowest)
{
	struct fdtable *table = fdtable_create();
	struct file *file = some_file();

	for (int i = 0; i < 5; i++)
		EXPECT_EQ(add(table, file, 0, false), i);
	EXPECT_EQ(file->refs, 6);
	EXPECT_EQ(fd_close(table, 3), 0);
	EXPECT_EQ(fd_close(table, 1), 0);
	EXPECT_EQ(fd_close(table, 1), -EBADF);
	EXPECT_EQ(add(table, file, 2, false), 3);
	EXPECT_EQ(add(table, file, 0, false), 1);
	EXPECT_EQ(add(table, file, 0, false), 5);
	EXPECT_EQ(add(table, file, 40, false), 40);
	EXPECT_EQ(table->end, 41);
	EXPECT_EQ(fd_close(table, 40), 0);
	EXPECT_EQ(table->end, 6);
	EXPECT_EQ(fd_close(table, -1), -EBADF);
	EXPECT(!fd_get(table, 6));
	EXPECT(!fd_get(table, -1));
	EXPECT(fd_get(table, 5) == file);
	file_put(file);
	fdtable_put(table);
	EXPECT_EQ(file->refs, 1);
	file_put(file);
}

KTEST(fdtable_has_a_limit)
{
	struct rlimit64 limits[RLIM_NLIMITS] = { [RLIMIT_NOFILE] = { OPEN_MAX, OPEN_MAX } };
	struct fdtable *table = fdtable_create();
	struct file *file = some_file();

	thread_current()->limits = limits;
	for (int i = 0; i < OPEN_MAX; i++)
		EXPECT_EQ(add(table, file, 0, false), i);
	EXPECT_EQ(add(table, file, 0, false), -EMFILE);
	EXPECT_EQ(fd_replace(table, OPEN_MAX, file, false), -EBADF);
	EXPECT_EQ(fd_replace(table, -1, file, false), -EBADF);
	EXPECT_EQ(fd_close(table, 700), 0);
	EXPECT_EQ(add(table, file, 0, false), 700);
	thread_current()->limits = thread_no_limits;
	fdtable_put(table);
	EXPECT_EQ(file->refs, 1);
	file_put(file);
}

KTEST(fdtable_copies)
{
	struct fdtable *table = fdtable_create(), *copy;
	struct file *file = some_file();

	EXPECT_EQ(add(table, file, 0, false), 0);
	EXPECT_EQ(add(table, file, 30, true), 30);
	EXPECT_EQ(fd_reserve(table, 0), 1);
	copy = fdtable_copy(table);
	EXPECT_EQ(file->refs, 5);
	EXPECT_EQ(fd_get_cloexec(copy, 30), 1);
	// a reserved descriptor is not open
	EXPECT_EQ(fd_get_cloexec(copy, 1), -EBADF);
	EXPECT_EQ(fd_reserve(copy, 0), 1);
	fd_unreserve(copy, 1);
	EXPECT_EQ(fd_close(copy, 0), 0);
	EXPECT_EQ(fd_get_cloexec(table, 0), 0);
	fd_unreserve(table, 1);
	fdtable_put(copy);
	fdtable_put(table);
	EXPECT_EQ(file->refs, 1);
	file_put(file);
}

KTEST(fdtable_closes_at_exec)
{
	struct fdtable *table = fdtable_create();
	struct file *file = some_file();

	for (int i = 0; i < 4; i++)
		EXPECT_EQ(add(table, file, 0, i % 2), i);
	EXPECT_EQ(fd_set_cloexec(table, 0, true), 0);
	EXPECT_EQ(fd_set_cloexec(table, 1, false), 0);
	EXPECT_EQ(fd_set_cloexec(table, 9, true), -EBADF);
	fdtable_exec(table);
	EXPECT_EQ(fd_next(table, 0), 1);
	EXPECT_EQ(fd_next(table, 2), 2);
	EXPECT_EQ(fd_next(table, 3), -1);
	fdtable_put(table);
	EXPECT_EQ(file->refs, 1);
	file_put(file);
}

KTEST(fdtable_replaces)
{
	struct fdtable *table = fdtable_create();
	struct file *one = some_file(), *other = some_file();

	EXPECT_EQ(add(table, one, 0, true), 0);
	EXPECT_EQ(fd_replace(table, 0, file_get(other), false), 0);
	EXPECT_EQ(one->refs, 1);
	EXPECT_EQ(fd_get_cloexec(table, 0), 0);
	EXPECT_EQ(fd_replace(table, 100, file_get(one), true), 100);
	EXPECT_EQ(fd_get_cloexec(table, 100), 1);
	EXPECT_EQ(add(table, one, 0, false), 1);
	EXPECT_EQ(fd_reserve(table, 50), 50);
	EXPECT_EQ(fd_replace(table, 50, one, false), -EBUSY);
	fd_unreserve(table, 50);
	fdtable_put(table);
	EXPECT_EQ(one->refs, 1);
	EXPECT_EQ(other->refs, 1);
	file_put(one);
	file_put(other);
}
