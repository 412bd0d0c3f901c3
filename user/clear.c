// clear: clear the terminal's screen.

#include <stdio.h>

int main(void)
{
	fputs("\033[H\033[J", stdout);
	return 0;
}
