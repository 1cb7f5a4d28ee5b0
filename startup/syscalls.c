/* newlib's system calls: the console is file 0, 1 and 2, and there are no others. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "startup/console.h"
#include "startup/core.h"
#include "startup/end.h"
#include "startup/timer.h"

int _close(int file);
int _fstat(int file, struct stat *status);
int _getpid(void);
int _isatty(int file);
int _kill(int process, int signal);
off_t _lseek(int file, off_t offset, int whence);
ssize_t _read(int file, void *buffer, size_t size);
ssize_t _write(int file, const void *buffer, size_t size);
clock_t _times(struct tms *times);
int _gettimeofday(struct timeval *time, void *zone);
int _open(const char *path, int flags, int mode);
void _init(void);
void _fini(void);

static int fail(int error)
{
    errno = error;
    return -1;
}

static int check_file(int file)
{
    return file >= 0 && file <= 2 ? 0 : fail(EBADF);
}

ssize_t _write(int file, const void *buffer, size_t size)
{
    if (check_file(file))
        return -1;
    console_write(buffer, size);
    return (ssize_t)size;
}

ssize_t _read(int file, void *buffer, size_t size)
{
    return check_file(file) ? -1 : (ssize_t)console_read(buffer, size);
}

int _open(const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    return fail(ENOENT);
}

int _close(int file)
{
    return check_file(file);
}

int _isatty(int file)
{
    return check_file(file) ? 0 : 1;
}

int _fstat(int file, struct stat *status)
{
    if (check_file(file))
        return -1;
    *status = (struct stat){.st_mode = S_IFCHR};
    return 0;
}

off_t _lseek(int file, off_t offset, int whence)
{
    (void)offset, (void)whence;
    return check_file(file) ? -1 : fail(ESPIPE);
}

int _getpid(void)
{
    return 1;
}

/* raise() comes here with whatever nobody handles. */
int _kill(int process, int signal)
{
    if (process != 1)
        return fail(ESRCH);
    end_run(128 + signal);
}

void _exit(int status)
{
    end_run(status);
}

/* Since some time before the boot. Where firmware has never set the timer's frequency, time stands still. */
static uint64_t time_in(uint64_t units_a_second)
{
    uint64_t count = timer_ticks(), frequency = timer_hertz();

    return frequency ? count / frequency * units_a_second + count % frequency * units_a_second / frequency : 0;
}

clock_t _times(struct tms *times)
{
    clock_t now = (clock_t)time_in(CLOCKS_PER_SEC);

    *times = (struct tms){.tms_utime = now};
    return now;
}

int _gettimeofday(struct timeval *time, void *zone)
{
    uint64_t microseconds = time_in(1000000);

    (void)zone;
    *time = (struct timeval){(time_t)(microseconds / 1000000), (suseconds_t)(microseconds % 1000000)};
    return 0;
}

struct _reent *__getreent(void)
{
    return core_this()->reent;
}

/* What C++ registers destructors with: there is one program and no other to tell it from. */
void *__dso_handle;

/* Constructors and destructors are in the arrays. */
void _init(void)
{
}

void _fini(void)
{
}
