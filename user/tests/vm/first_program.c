// A program that needs little of the kernel: it has initialised data and data of zeroes, reads a page
// before it writes to it, and ends with a status that depends on all of them. It makes no call but
// the last, which takes no pointer.

#define PAGE 4096

static volatile unsigned char filled[3 * PAGE] = { 7, [PAGE] = 11, [3 * PAGE - 1] = 13 };
static volatile unsigned char empty[8 * PAGE];

// Each page of `empty` reads as zeroes, also where the program has written to a neighbour. Returns
// how many bytes did not.
static unsigned int read_before_write(void)
{
	unsigned int wrong = 0;

	for (unsigned int at = 0; at < sizeof(empty); at += PAGE / 2) {
		wrong += empty[at] != 0;
		empty[at] = (unsigned char)(at / PAGE + 1);
	}
	for (unsigned int at = 0; at < sizeof(empty); at += PAGE / 2)
		wrong += empty[at] != at / PAGE + 1;
	return wrong;
}

// Returns the sum of 1 to `n`, in a frame of its own for each number, so that the stack grows.
static unsigned int sum(unsigned int n)
{
	volatile unsigned char frame[1024];

	frame[0] = (unsigned char)n;
	return n ? sum(n - 1) + frame[0] : 0;
}

int main(void)
{
	unsigned int status = filled[0] + filled[PAGE] + filled[sizeof(filled) - 1]; // 31

	filled[PAGE] = 1;
	status += filled[PAGE] + filled[PAGE + 1]; // 32
	status += 100 * read_before_write();
	status += sum(12); // 78
	return (int)status;
}
