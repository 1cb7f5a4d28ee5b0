#include "tests/host/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TRY_SECONDS = 20, TRIES_MAX = 4000, ALL_SECONDS = 120 };

static unsigned tries;
static time_t started;

/* Each try runs in a process of its own, as it may well crash or hang. */
static int try(const struct shrink *now)
{
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
            _exit(0);
        alarm(TRY_SECONDS);
        now->run(now);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child ? status : 0;
}

static bool still_fails(const struct shrink *now)
{
    return tries++ < TRIES_MAX && time(NULL) - started <= ALL_SECONDS && try(now) == now->status;
}

/* Leave out `length` items from `first` on, if it still fails then. */
static bool leave_out(struct shrink *now, size_t first, size_t length)
{
    struct shrink shorter = *now;
    size_t rest = (now->count - first - length) * now->item;
    bool failed;

    shorter.bytes = malloc(now->count * now->item);
    shorter.count = now->count - length;
    memcpy(shorter.bytes, now->bytes, first * now->item);
    memcpy(shorter.bytes + first * now->item, now->bytes + (first + length) * now->item, rest);
    failed = still_fails(&shorter);
    if (failed) {
        memcpy(now->bytes, shorter.bytes, shorter.count * now->item);
        now->count = shorter.count;
    }
    free(shorter.bytes);
    return failed;
}

/* What comes after the step that fails. */
static void cut_end(struct shrink *now)
{
    for (size_t length = now->count / 2; length; length /= 2)
        while (length <= now->count && leave_out(now, now->count - length, length))
            ;
}

static void shorten(struct shrink *now)
{
    for (size_t length = now->count / 2; length; length /= 2)
        for (size_t end = now->count; end >= length && end > 0; end -= length < end ? length : end)
            leave_out(now, end - length, length);
}

static void blank(struct shrink *now)
{
    for (size_t i = 0; i < now->count * now->item; i++) {
        uint8_t was = now->bytes[i];

        now->bytes[i] = 0;
        if (was && !still_fails(now))
            now->bytes[i] = was;
    }
}

bool shrink(struct shrink *now)
{
    tries = 0;
    started = time(NULL);
    now->status = try(now);
    if (now->status == 0)
        return false;
    cut_end(now);
    shorten(now);
    shorten(now);
    blank(now);
    return true;
}

void shrink_show(const struct shrink *now)
{
    pid_t child;
    int status = 0;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        now->run(now);
        _exit(0);
    }
    if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
        fprintf(stderr, "# and it does not fail this time\n");
}
