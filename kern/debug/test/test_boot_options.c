// test_boot_options.c: reading a command line.
#include "debug/boot_options.h"
#include "debug/ktest.h"

static bool value_is(const char *name, const char *want)
{
	size_t len;
	const char *value = option_find(name, &len);

	return value && len == strlen(want) && memcmp(value, want, len) == 0;
}

KTEST(options_find_whole_words)
{
	const char *machine_line = options_init("  quire.elf init=/bin/sh  tty x=  last");

	EXPECT(value_is("init", "/bin/sh"));
	EXPECT(value_is("tty", ""));
	EXPECT(value_is("x", ""));
	EXPECT(value_is("last", ""));
	EXPECT(option_given("tty"));
	EXPECT(!option_given("ini"));
	EXPECT(!option_given("inits"));
	EXPECT(!option_given("/bin/sh"));
	EXPECT(!option_given("tt"));
	EXPECT(!option_given("t"));
	options_init(machine_line);
}

KTEST(options_take_the_last_of_several)
{
	const char *machine_line = options_init("a=1 b a=22 a");

	EXPECT(value_is("a", ""));
	options_init("a a=1 a=22 b");
	EXPECT(value_is("a", "22"));
	options_init(machine_line);
}

KTEST(options_copy_only_what_fits)
{
	char value[4] = "old";

	const char *machine_line = options_init("three=abc four=abcd empty=");

	EXPECT(!option_get("four", value, sizeof(value)));
	EXPECT(!option_get("none", value, sizeof(value)));
	EXPECT(strcmp(value, "old") == 0);
	EXPECT(option_get("three", value, sizeof(value)));
	EXPECT(strcmp(value, "abc") == 0);
	EXPECT(option_get("empty", value, sizeof(value)));
	EXPECT(strcmp(value, "") == 0);
	options_init(machine_line);
}

KTEST(options_read_numbers)
{
	const char *machine_line = options_init("a=0 b=4294967295 c=0x1f d=12x e= f g=-1 h=7 i=0x");

	EXPECT_EQ(option_uint("a", 5), 0);
	EXPECT_EQ(option_uint("b", 5), 0xFFFFFFFF);
	EXPECT_EQ(option_uint("c", 5), 31);
	EXPECT_EQ(option_uint("d", 5), 5);
	EXPECT_EQ(option_uint("e", 5), 5);
	EXPECT_EQ(option_uint("f", 5), 5);
	EXPECT_EQ(option_uint("g", 5), 5);
	EXPECT_EQ(option_uint("h", 5), 7);
	EXPECT_EQ(option_uint("i", 5), 5);
	EXPECT_EQ(option_uint("j", 5), 5);
	options_init(machine_line);
}

KTEST(options_read_lists)
{
	const char *machine_line = options_init("log=com1,vga one=com1 none=");

	EXPECT(option_lists("log", "com1"));
	EXPECT(option_lists("log", "vga"));
	EXPECT(!option_lists("log", "com"));
	EXPECT(!option_lists("log", "com1,vga"));
	EXPECT(option_lists("one", "com1"));
	EXPECT(!option_lists("one", "vga"));
	EXPECT(!option_lists("none", "vga"));
	EXPECT(!option_lists("absent", "vga"));
	options_init(machine_line);
}
