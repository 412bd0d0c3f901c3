// test_printk.c: the text that reaches a sink, and the lines that the ring keeps.
#include "debug/ktest.h"
#include "debug/printk.h"

static char caught[1024];
static size_t caught_count;

static void catch (const char *bytes, size_t n)
{
	n = MIN(n, sizeof(caught) - 1 - caught_count);
	memcpy(caught + caught_count, bytes, n);
	caught_count += n;
	caught[caught_count] = '\0';
}

static bool caught_is(const char *text)
{
	bool same = strcmp(caught, text) == 0;

	if (!same)
		ktest_fail(__FILE__, __LINE__, "the sink got \"%s\", not \"%s\"", caught, text);
	caught_count = 0;
	caught[0] = '\0';
	return same;
}

// Returns a new sink that has been given the contents of the ring already.
static struct console_sink *new_sink(enum log_level max_level)
{
	static struct console_sink sink;

	sink = (struct console_sink){ .name = "test", .max_level = max_level, .write = catch };
	console_sink_register(&sink);
	caught_count = 0;
	caught[0] = '\0';
	return &sink;
}

KTEST(printk_ends_lines_as_terminals_want)
{
	struct console_sink *sink = new_sink(LOG_DEBUG);

	printk(LOG_DEBUG, "one %d\n", 1);
	EXPECT(caught_is("one 1\r\n"));
	printk(LOG_DEBUG, "without its newline");
	EXPECT(caught_is("without its newline\r\n"));
	printk(LOG_DEBUG, "two\n\nlines %s\n", "here");
	EXPECT(caught_is("two\r\n\r\nlines here\r\n"));
	printk(LOG_DEBUG, "%s", "");
	EXPECT(caught_is(""));
	console_printf("# in ");
	console_printf("pieces\n");
	EXPECT(caught_is("# in pieces\r\n"));
	console_sink_remove(sink);
}

KTEST(printk_obeys_the_level_of_a_sink)
{
	struct console_sink *sink = new_sink(LOG_WARNING);

	printk(LOG_DEBUG, "debug\n");
	printk(LOG_NOTICE, "# notice\n");
	printk(LOG_WARNING, "# warning\n");
	EXPECT(caught_is("# warning\r\n"));
	console_sink_remove(sink);
	printk(LOG_DEBUG, "nobody listens\n");
	EXPECT(caught_is(""));
}

KTEST(printk_marks_what_it_had_to_cut)
{
	struct console_sink *sink = new_sink(LOG_DEBUG);
	char text[PRINTK_MAX + 50];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	printk(LOG_DEBUG, "%s\n", text);
	EXPECT_EQ(caught_count, PRINTK_MAX + 2);
	EXPECT(strcmp(caught + PRINTK_MAX - 4, "x...\r\n") == 0);

	// A message of the greatest length is whole.
	text[PRINTK_MAX - 1] = '\0';
	caught_count = 0;
	printk(LOG_DEBUG, "%s", text);
	EXPECT_EQ(caught_count, PRINTK_MAX - 1 + 2);
	EXPECT(strcmp(caught + PRINTK_MAX - 2, "x\r\n") == 0);
	console_sink_remove(sink);
}

static size_t replayed_lines;
static char first_line[PRINTK_MAX + 3], last_line[PRINTK_MAX + 3];

static void count_line(const char *bytes, size_t n)
{
	char *line = replayed_lines++ == 0 ? first_line : last_line;

	memcpy(line, bytes, n);
	line[n] = '\0';
}

KTEST(printk_keeps_the_last_lines)
{
	// More than the ring holds, so that it goes round several times.
	for (int i = 0; i < 1000; i++)
		printk(LOG_DEBUG, "line %d of many\n", i);
	replayed_lines = 0;
	printk_replay(LOG_DEBUG, count_line);
	EXPECT(replayed_lines > 100 && replayed_lines < 1000);
	EXPECT(strcmp(last_line, "line 999 of many\r\n") == 0);
	EXPECT(strncmp(first_line, "line ", 5) == 0);

	replayed_lines = 0;
	printk_replay(LOG_INFO, count_line);
	EXPECT_EQ(replayed_lines, 0);
}

KTEST(printk_is_read_line_by_line)
{
	uint32_t start = printk_end(), at = start;
	char line[PRINTK_LINE + 1];
	size_t n;

	EXPECT_EQ(printk_line(&at, line), 0);
	printk(LOG_DEBUG, "first\nsecond\n");
	n = printk_line(&at, line);
	line[n] = '\0';
	EXPECT(strcmp(line, "<7>first\n") == 0);
	n = printk_line(&at, line);
	line[n] = '\0';
	EXPECT(strcmp(line, "<7>second\n") == 0);
	EXPECT_EQ(printk_line(&at, line), 0);
	EXPECT_EQ(at, printk_end());

	EXPECT_EQ(printk_tail(start, 100), start);
	EXPECT_EQ(printk_tail(start, 9 + 10), start);
	at = printk_tail(start, 9 + 10 - 1); // the newest line only
	EXPECT_EQ(printk_line(&at, line), 10);
	EXPECT_EQ(printk_tail(start, 9), printk_end());

	for (int i = 0; i < 1000; i++)
		printk(LOG_DEBUG, "line %d of many\n", i);
	EXPECT(printk_tail(start, SIZE_MAX) != start);
	at = start; // of a line that is dropped: the oldest is read
	n = printk_line(&at, line);
	EXPECT(n > 8 && strncmp(line, "<7>line ", 8) == 0 && line[n - 1] == '\n');
}
