// Copying between and within files at positions near 2^63, where sums with a length do not fit.

#include "test.h"

static const int64_t places[] = { 0,
	                          1,
	                          4,
	                          1ll << 31,
	                          (1ll << 40) - 1,
	                          INT64_MAX - 0x7fffffff,
	                          INT64_MAX - 4096,
	                          INT64_MAX - 5,
	                          INT64_MAX - 1,
	                          INT64_MAX,
	                          -1,
	                          INT64_MIN };
static const size_t lengths[] = { 0, 1, 5, 0x7fffffff, 0xffffffff };

static void show_copies(const char *what, int in, int out)
{
	say("%s\n", what);
	for (size_t i = 0; i < COUNT(places); i++) {
		for (size_t j = 0; j < COUNT(places); j++) {
			for (size_t k = 0; k < COUNT(lengths); k++) {
				int64_t from = places[i], to = places[j];
				long n;

				if (i < 3 && j >= 3 && j < 9 && k) // would write far away
					continue;
				n = syscall(SYS_copy_file_range, in, &from, out, &to, lengths[k], 0);
				say("%zu %zu %zu: %s%s\n", i, j, k, n < 0 ? error_name(errno) : "",
				    n > 0  ? "some" :
				    n == 0 ? "none" :
				             "");
			}
		}
	}
}

static void show_sendfile(int in, int out)
{
	for (size_t i = 0; i < COUNT(places); i++) {
		for (size_t k = 0; k < COUNT(lengths); k++) {
			int64_t from = places[i];
			long n = syscall(SYS_sendfile64, out, in, &from, lengths[k]);

			say("sendfile %zu %zu: %s%s\n", i, k, n < 0 ? error_name(errno) : "",
			    n > 0  ? "some" :
			    n == 0 ? "none" :
			             "");
		}
	}
}

// A position as the two arguments that calls take.
#define LOW(pos) (uint32_t)(pos)
#define HIGH(pos) (uint32_t)((uint64_t)(pos) >> 32)

static void say_result(const char *what, long n)
{
	say(" %s %s", what, n < 0 ? error_name(errno) : "done");
}

static void show_transfers(int fd)
{
	char bytes[4] = "abc";
	int64_t result;

	for (size_t i = 9; i < COUNT(places); i++) {
		uint32_t low = LOW(places[i]), high = HIGH(places[i]);

		say("at %zu:", i);
		say_result("pread", syscall(SYS_pread64, fd, bytes, sizeof(bytes), low, high));
		say_result("pwrite", syscall(SYS_pwrite64, fd, bytes, sizeof(bytes), low, high));
		say_result("lseek", syscall(SYS__llseek, fd, high, low, &result, SEEK_SET));
		say_result("and on", syscall(SYS__llseek, fd, high, low, &result, SEEK_CUR));
		say_result("from the end", syscall(SYS__llseek, fd, high, low, &result, SEEK_END));
		if (places[i] < 0) // how long a file can be differs
			say_result("truncate", syscall(SYS_ftruncate64, fd, low, high));
		say_result("fallocate", syscall(SYS_fallocate, fd, 0, low, high, 1, 0));
		say_result("so much", syscall(SYS_fallocate, fd, 0, 1, 0, low, high));
		say("\n");
		syscall(SYS__llseek, fd, 0, 0, &result, SEEK_SET);
		syscall(SYS_ftruncate64, fd, 5, 0);
	}
}

int main(void)
{
	int one, other;

	make_file("/tmp/one", "hello");
	make_file("/tmp/other", "hello");
	one = open("/tmp/one", O_RDWR | O_LARGEFILE);
	other = open("/tmp/other", O_RDWR | O_LARGEFILE);
	show_copies("within a file", one, one);
	ftruncate(one, 5);
	show_copies("between two files", one, other);
	ftruncate(one, 5);
	ftruncate(other, 5);
	show_sendfile(one, other);
	ftruncate(one, 5);
	show_transfers(one);
	return 0;
}
