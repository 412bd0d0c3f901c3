// trace_user_mem_assert.c: the grader's operation on user_mem_assert. It must return: there is no
// process yet that it could end.
#include "proc/user_mem_assert.h"
#include "trace/trace.h"

// user_mem_assert VA LEN PERM: in the space that is entered.
TRACE_OP(user_mem_assert)
{
	user_mem_assert("the grader", (__force const void __user *)args[0], args[1], (int)args[2]);
}
