/*
 * Random walks over the classes, with the invariants after every step. In the environment: SEED=n for other walks;
 * STEPS=n for a long run of n steps in all; SHRINK=0 not to shrink a failing walk; REPLAY, as a failure prints it,
 * for that walk alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/host/walk.h"

enum { STEPS_A_WALK = 400, STEPS_OF_A_TEST = 8000, REPORT_SECONDS = 60 };

/* What the walking process tells the one that watches it. */
struct progress {
    uint64_t seed, done;
};
static struct progress *progress;

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

static void fill(uint8_t *bytes, size_t size, uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0xd1342543de82ef95) + 1;

    for (size_t i = 0; i < size; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        bytes[i] = (uint8_t)((state ^ state >> 27) * UINT64_C(0x94d049bb133111eb) >> 56);
    }
}

static void run(void **given)
{
    const uint64_t goal = *(const uint64_t *)*given;
    uint8_t bytes[STEPS_A_WALK * STEP_BYTES];
    struct walk walk = {.bytes = bytes, .count = STEPS_A_WALK};
    time_t said = time(NULL);

    while (progress->done < goal) {
        fill(bytes, sizeof bytes, progress->seed);
        walk_run(&walk);
        progress->done += STEPS_A_WALK;
        progress->seed++;
        if (time(NULL) - said < REPORT_SECONDS)
            continue;
        said = time(NULL);
        fprintf(stderr, "# %ju steps\n", (uintmax_t)progress->done);
    }
}

static bool all_are_clean(uint64_t goal)
{
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0)
        walk_process(run, &goal);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void explain(void)
{
    uint8_t bytes[STEPS_A_WALK * STEP_BYTES];
    struct walk walk = {.bytes = bytes, .count = STEPS_A_WALK};

    fprintf(stderr, "# after %ju steps the walk of SEED=%ju fails\n", (uintmax_t)progress->done,
            (uintmax_t)progress->seed);
    fill(bytes, sizeof bytes, progress->seed);
    if (setting("SHRINK", 1))
        walk_explain(&walk);
}

static void run_one(void **given)
{
    walk_run(*given);
}

static void replay(const char *text)
{
    size_t count = strlen(text) / 2 / STEP_BYTES;
    uint8_t *bytes = calloc(count + 1, STEP_BYTES);
    struct walk walk = {.bytes = bytes, .count = count, .thorough = true, .print = true};

    for (size_t i = 0; i < count * STEP_BYTES; i++) {
        char digits[] = {text[2 * i], text[2 * i + 1], 0};

        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    walk_process(run_one, &walk);
}

int main(void)
{
    const int access = PROT_READ | PROT_WRITE;
    bool clean;

    if (getenv("REPLAY"))
        replay(getenv("REPLAY"));
    progress = mmap(NULL, sizeof *progress, access, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        return 1;
    progress->seed = setting("SEED", 1);
    printf("1..1\n");
    clean = all_are_clean(setting("STEPS", STEPS_OF_A_TEST));
    if (!clean)
        explain();
    printf("# %ju steps\n%sok 1 - random_walks__keep_the_invariants\n", (uintmax_t)progress->done, clean ? "" : "not ");
    munmap(progress, sizeof *progress);
    return !clean;
}
