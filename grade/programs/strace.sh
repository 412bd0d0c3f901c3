# strace: what a program asks of the kernel.
strace -o o -e trace=write,openat true; echo "status $?"; tail -n 1 o; strace -f -e trace=exit_group bash -c 'true & wait' 2>&1 | grep -c exit_group; strace -c true 2>&1 | grep -c execve
