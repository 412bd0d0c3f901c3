// Options from a program's arguments.

#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *optarg;
int optind = 1, opterr = 1, optopt;

static int complain(const char *program, const char *what, int option)
{
	optopt = option;
	if (opterr)
		fprintf(stderr, "%s: %s -- '%c'\n", program, what, option);
	return '?';
}

// Take the next option letter from argv. `options` names the letters; a colon after a letter means
// that the option takes an argument, from the rest of the word or from the next word; `optarg`
// points to it. The first word that is no option ends them, as does "--". Returns the letter, '?'
// for a wrong one, -1 at the end, with `optind` at the first word that is left.
int getopt(int argc, char *const argv[], const char *options)
{
	static const char *rest = ""; // letters of the same word that are still to come
	const char *known;
	int option;

	if (*rest == '\0') {
		const char *word = optind < argc ? argv[optind] : NULL;

		if (!word || word[0] != '-' || word[1] == '\0')
			return -1;
		optind++;
		if (strcmp(word, "--") == 0)
			return -1;
		rest = word + 1;
	}
	option = *rest++;
	known = option == ':' ? NULL : strchr(options, option);
	if (!known)
		return complain(argv[0], "invalid option", option);
	if (known[1] != ':')
		return option;
	if (*rest == '\0' && optind == argc)
		return complain(argv[0], "option requires an argument", option);
	optarg = *rest ? (char *)rest : argv[optind++];
	rest = "";
	return option;
}
