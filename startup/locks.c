/* newlib's locks (newlib's sys/lock.h, retargetable locking). All of them recurse and mask interrupts. */
#include <stdlib.h>
#include <sys/lock.h>

#include "mmu/lock.h"

struct __lock {
    struct lock lock;
};

struct __lock __lock___sinit_recursive_mutex = {LOCK_INIT};
struct __lock __lock___sfp_recursive_mutex = {LOCK_INIT};
struct __lock __lock___atexit_recursive_mutex = {LOCK_INIT};
struct __lock __lock___at_quick_exit_mutex = {LOCK_INIT};
struct __lock __lock___malloc_recursive_mutex = {LOCK_INIT};
struct __lock __lock___env_recursive_mutex = {LOCK_INIT};
struct __lock __lock___tz_mutex = {LOCK_INIT};
struct __lock __lock___dd_hash_mutex = {LOCK_INIT};
struct __lock __lock___arc4random_mutex = {LOCK_INIT};

/* A stream's. Without memory it has none, as newlib's own stub. */
void __retarget_lock_init(_LOCK_T *lock)
{
    *lock = calloc(1, sizeof **lock);
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    __retarget_lock_init(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    if (lock)
        lock_acquire(&lock->lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    __retarget_lock_acquire(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    __retarget_lock_acquire(lock); /* holders never wait for long */
    return 1;
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    return __retarget_lock_try_acquire(lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
    if (lock)
        lock_release(&lock->lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    __retarget_lock_release(lock);
}
