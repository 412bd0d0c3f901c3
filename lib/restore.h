// Where signal handlers return to (restore.S).
#pragma once

void restore_plain(void); // without SA_SIGINFO
void restore_rt(void);    // with it
