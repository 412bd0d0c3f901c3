# gdbserver over standard output: it starts a program and answers the packet that asks why it stopped.
printf '$?#3f' | timeout 5 gdbserver --once - /bin/true 2> err | head -c 10; echo; grep -c Process err
