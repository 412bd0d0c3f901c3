# tcc with Debian's C library: compile, link dynamically and statically, run.
cat > t.c <<'END'
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void *work(void *at) { *(int *)at = 5; return at; }
int main(int argc, char **argv)
{
	pthread_t thread; int n = 0, status; void *result;
	pthread_create(&thread, NULL, work, &n); pthread_join(thread, &result);
	printf("%d %d %s %zu\n", argc, n, strerror(ENOENT), sizeof(long));
	if (!fork()) _exit(9);
	wait(&status); printf("%d\n", WEXITSTATUS(status));
	char *p = malloc(5000000); memset(p, 1, 5000000); printf("%d\n", p[4999999]); free(p);
	qsort((int[]){ 3, 1, 2 }, 3, 4, (int (*)(const void *, const void *))strcmp);
	return argc > 1 ? atoi(argv[1]) : 0;
}
END
tcc -o dynamic t.c -lpthread; ./dynamic 3; echo "status $?"; tcc -run t.c -lpthread 4; echo "status $?"; tcc -static -o static t.c -lpthread && ./static; echo "status $?"; echo 'int main(void) { return x; }' > bad.c; tcc bad.c; echo "status $?"
tcc -shared -o libx.so -x c - <<< 'int x(void) { return 42; }'; echo 'int x(void); int main(void) { return x(); }' > u.c; tcc -o u u.c -L. -lx && LD_LIBRARY_PATH=. ./u; echo "status $?"; ./u; echo "status $?"
