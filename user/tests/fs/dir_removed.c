// A directory that was removed while it was open, or somebody's working directory.

#include "test.h"
#include <dirent.h>

int main(void)
{
	char buffer[512];
	struct stat st;
	int fd;

	mkdir("/tmp/d", 0755);
	chdir("/tmp/d");
	fd = open(".", O_RDONLY | O_DIRECTORY);
	show("remove the working directory", rmdir("/tmp/d"));
	show("where are we", getcwd(buffer, sizeof(buffer)) ? 0 : -1);
	show("make a file there", open("file", O_WRONLY | O_CREAT, 0644));
	show("make a directory there", mkdir("e", 0755));
	show("read it", getdents64(fd, buffer, sizeof(buffer)));
	show("what it is", fstat(fd, &st));
	say("links %u\n", (unsigned int)st.st_nlink);
	show("go up", chdir(".."));
	say("now in %s\n", getcwd(buffer, sizeof(buffer)) ? buffer : "nothing");
	return 0;
}
