// printf of numbers with a point: each form, each flag, the edges of a double, exact halves; and numbers
// with random bits. (grade/system/test_commands.py compares the output with another C library's.)

#include "test.h"
#include <stdint.h>

static const double values[] = {
	0.0,
	-0.0,
	1.0,
	-1.0,
	0.5,
	1.5,
	2.5,
	0.125,
	0.375,
	9.5,
	99.5,
	999999.5,
	9999995.0,
	0.1,
	0.3,
	2.0 / 3,
	1e15,
	123456789012345678.0,
	1e22,
	1e23,
	1e-4,
	1e-5,
	0.00099999995,
	3.14159265358979,
	1e100,
	1e-100,
	1.7976931348623157e308,
	2.2250738585072014e-308,
	4.9406564584124654e-324,
	0.0499999999999999,
	5e-7,
	100000.0,
	1000000.0,
	123456.5,
	0.05,
	0.15,
	0.25,
	1e-300 * 1e-300,
};

static const char *const formats[] = {
	"%f",       "%e",     "%g",        "%.0f",  "%.0e", "%.0g", "%.1f",  "%.2f",
	"%.3e",     "%.17g",  "%#.0f",     "%#.0e", "%#g",  "%+f",  "% .2f", "%012.3f",
	"%-12.3f|", "%12.1e", "%-+14.2E|", "%.20f", "%G",   "%F",   "%.12g", "%#.3g",
};

static void print(const char *format, double value)
{
	char text[1600];
	int n = snprintf(text, sizeof(text), format, value);

	say("%s %d: %s\n", format + 1, n, text);
}

static void print_random(unsigned int count)
{
	uint64_t state = 88172645463325252u;
	double value;

	while (count-- > 0) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(&value, &state, sizeof(value));
		if (value != value)
			continue; // not a number: its sign differs
		print(formats[count % COUNT(formats)], value);
		print(formats[count % COUNT(formats)], (double)(state >> 40) / 64);
	}
}

int main(int argc, char **argv)
{
	double infinite = values[26] * 10;
	char text[16];

	(void)argv;
	for (size_t i = 0; i < COUNT(values); i++)
		for (size_t j = 0; j < COUNT(formats); j++)
			print(formats[j], values[i]);
	print("%f", infinite);
	print("%010.3F", -infinite);
	print("%-8g|", infinite);
	print("%.1100f", values[28]);
	print("%.800e", values[27]);
	print("%.1000g", values[26]);
	show("cut", snprintf(text, sizeof(text) * (size_t)argc, "%.30f", 0.1));
	say("%s\n", text);
	say("%d %.1f %d %s\n", 1, 2.5, 3, "four");
	print_random(500);
	return 0;
}
