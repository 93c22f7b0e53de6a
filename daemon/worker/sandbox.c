/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <seccomp.h>
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <sanitizer/common_interface_defs.h>
#endif

#include "base/cleanup.h"
#include "worker/error.h"

DEFINE_CLEANUP(filter, scmp_filter_ctx, seccomp_release)

/* Calls that are fine with any arguments. */
static const int allowed[] = {
    /* the open descriptors */
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(sendmsg),
    SCMP_SYS(sendto), SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(close), SCMP_SYS(lseek),
    SCMP_SYS(fstat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(shutdown),
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(membarrier),
    /* threads and their end */
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu), SCMP_SYS(exit),
    SCMP_SYS(exit_group), SCMP_SYS(restart_syscall),
    /* signals to oneself, for abort() */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid), SCMP_SYS(gettid),
    /* time, where the vDSO does not answer, and chance */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(getrusage)};

/* Adds "allow `call` if (argument & mask) == value". */
static int allow_if(scmp_filter_ctx filter, int call, unsigned argument, scmp_datum_t mask,
                    scmp_datum_t value)
{
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                            SCMP_CMP(argument, SCMP_CMP_MASKED_EQ, mask, value));
}

static int add_conditions(scmp_filter_ctx filter)
{
    pid_t self = getpid();
    int r = allow_if(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0);

    if (r == 0)
        r = allow_if(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
    if (r == 0) /* threads, but no processes */
        r = allow_if(filter, SCMP_SYS(clone), 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM);
    if (r == 0) /* its flags lie in memory, out of reach; the C library then takes clone */
        r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (r == 0)
        r = allow_if(filter, SCMP_SYS(tgkill), 0, UINT32_MAX, (scmp_datum_t)self);
    if (r == 0)
        r = allow_if(filter, SCMP_SYS(prctl), 0, UINT32_MAX, PR_SET_NAME);
    if (r == 0)
        r = allow_if(filter, SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFL);
    if (r == 0) /* newfstatat(fd, "", ..., AT_EMPTY_PATH) is what fstat() does */
        r = allow_if(filter, SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH);
    return r;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static bool inside;

/* LeakSanitizer looks for leaks from a process of its own, which the sandbox refuses. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return inside;
}

/* A report cannot be opened from inside. Asking for its name opens it. */
static void prepare_sanitizer(void)
{
    __sanitizer_sandbox_arguments arguments = {0};

    inside = true;
    __sanitizer_sandbox_on_notify(&arguments);
    __sanitizer_get_report_path();
}
#else
static void prepare_sanitizer(void)
{
}
#endif

int sandbox_enter(void)
{
    _cleanup_(cleanup_filter) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int r = filter ? 0 : -ENOMEM;

    prepare_sanitizer();
    for (size_t i = 0; r == 0 && i < sizeof allowed / sizeof *allowed; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    if (r == 0)
        r = add_conditions(filter);
    /* All threads: plugins may have started some while they loaded. */
    if (r == 0)
        r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (r == 0)
        r = seccomp_load(filter);
    return r < 0 ? fail(r, "the sandbox cannot be entered: %s", strerror(-r)) : 0;
}
