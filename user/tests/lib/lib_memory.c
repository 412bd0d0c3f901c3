// The library's malloc: blocks do not overlap, and what is freed is used again.

#include "test.h"

#define BLOCKS 500

static unsigned char *blocks[BLOCKS];
static size_t sizes[BLOCKS];

static unsigned int next_random(void)
{
	static unsigned int state = 12345;

	state = state * 1103515245 + 12345;
	return state >> 8;
}

static unsigned int damaged(size_t i)
{
	unsigned int count = 0;
	size_t n;

	for (n = 0; n < sizes[i]; n++)
		count += blocks[i][n] != (unsigned char)i;
	return count;
}

static void exercise(void)
{
	unsigned int wrong = 0, misaligned = 0, round;
	size_t i;

	for (round = 0; round < 20000; round++) {
		i = next_random() % BLOCKS;
		wrong += damaged(i);
		if (next_random() % 4 == 0) {
			free(blocks[i]);
			blocks[i] = NULL;
			sizes[i] = 0;
			continue;
		}
		sizes[i] = next_random() % (round % 100 == 0 ? 300000 : 300);
		blocks[i] = realloc(blocks[i], sizes[i] ? sizes[i] : 1);
		misaligned += (uintptr_t)blocks[i] % 8 != 0;
		memset(blocks[i], (int)i, sizes[i]);
	}
	say("%u bytes wrong, %u blocks misaligned\n", wrong, misaligned);
	for (i = 0; i < BLOCKS; i++)
		free(blocks[i]);
}

int main(void)
{
	char *before = sbrk(0), *zero;
	volatile size_t many = 0x10001;
	void *volatile refused;
	int i, sum = 0;

	exercise();
	check("the heap stayed small", (char *)sbrk(0) - before < 4000000);
	before = sbrk(0);
	for (i = 0; i < 10000; i++)
		free(malloc(1000));
	check("freeing makes room", sbrk(0) == before);
	zero = calloc(1000, 3);
	for (i = 0; i < 3000; i++)
		sum += zero[i];
	say("calloc adds up to %d\n", sum);
	refused = malloc(many * 0xff00);
	check("too much is refused", refused == NULL && errno == ENOMEM);
	refused = calloc(many, 0x10000);
	check("so is a product that is too large", refused == NULL);
	free(zero);
	free(NULL);
	return 0;
}
