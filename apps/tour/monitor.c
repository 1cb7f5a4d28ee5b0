#include "apps/tour/monitor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/tour/tour.h"
#include "apps/tour/words.h"

#define LINE_SIZE 160

static void help(const struct words *words);

static const struct command {
    const char *name, *parameters, *help;
    unsigned min, max; /* words after the name */
    bool sized;        /* the name may end in 8, 16, 32 or 64 */
    void (*run)(const struct words *words);
} commands[] = {
    {"help", "", "this", 0, 0, false, help},
    {"maps", "", "the mappings, each checked against AT", 0, 0, false, monitor_maps},
    {"map", "PA LEN [MODE]", "map physical memory; MODE is a cache mode such as Inhibit or WriteCombine", 2, 3, false,
     monitor_map},
    {"unmap", "N|VA", "take a mapping away: its number in maps, or an address in it", 1, 1, false, monitor_unmap},
    {"redirect", "N PA", "put other physical memory behind a mapping of map's; its address stays", 2, 2, false,
     monitor_redirect},
    {"walk", "VA", "what the translation tables say of an address", 1, 1, false, monitor_walk},
    {"segments", "VA LEN", "the physical segments behind a range of addresses", 2, 2, false, monitor_segments},
    {"dump", "", "everything that is mapped, as merged ranges", 0, 0, false, monitor_dump},
    {"peek", "VA [COUNT]", "read memory; peek8, peek16, peek32 (as peek), peek64", 1, 2, true, monitor_peek},
    {"poke", "VA VALUE", "write memory; poke8, poke16, poke32 (as poke), poke64", 2, 2, true, monitor_poke},
    {"at", "VA", "the CPU's own translation of an address", 1, 1, false, monitor_at},
    {"fault", "VA", "read an address and explain the fault", 1, 1, false, monitor_fault},
    {"stats", "", "translation tables and RAM in numbers", 0, 0, false, monitor_stats},
    {"exit", "[N]", "end with status N (0)", 0, 1, false, NULL},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void help(const struct words *words)
{
    (void)words;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        printf("  %-9s%-15s%s\n", commands[i].name, commands[i].parameters, commands[i].help);
    puts("Numbers are decimal, or hex after 0x; K, M or G may follow. End of input (^D) ends the monitor.");
}

bool monitor_number(const struct words *words, unsigned index, const char *what, uint64_t *number)
{
    if (words_parse_number(words->word[index], number))
        return true;
    printf("%s: \"%s\" is not a number that fits 64 bits (write 4096, 0x1000 or 4K)\n", what, words->word[index]);
    return false;
}

/* Takes a trailing 8, 16, 32 or 64 off the command's name. */
static unsigned split_bits(char *name)
{
    size_t letters = strcspn(name, "0123456789");
    static const char *const sizes[] = {"8", "16", "32", "64"};

    for (unsigned i = 0; i < 4; i++)
        if (letters && strcmp(name + letters, sizes[i]) == 0) {
            name[letters] = '\0';
            return 8u << i;
        }
    return 0;
}

static const struct command *find_command(struct words *words)
{
    char name[LINE_SIZE];

    strcpy(name, words->word[0]); /* a word is never longer than the line that it comes from */
    words->bits = split_bits(name);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i].name) == 0 && (words->bits == 0 || commands[i].sized))
            return &commands[i];
    printf("There is no command \"%s\". \"help\" lists what there is.\n", words->word[0]);
    return NULL;
}

/* The command that the line asks for; NULL, after saying why, when it makes no sense. */
static const struct command *parse(char *line, struct words *words)
{
    char *rest;

    words->count = 0;
    for (char *word = strtok_r(line, " \t\r\n", &rest); word; word = strtok_r(NULL, " \t\r\n", &rest)) {
        if (words->count < sizeof words->word / sizeof words->word[0])
            words->word[words->count] = word;
        words->count++;
    }
    if (words->count == 0)
        return NULL;
    const struct command *command = find_command(words);
    if (command && (words->count - 1 < command->min || words->count - 1 > command->max)) {
        printf("Too %s parameters; it is: %s %s\n", words->count - 1 < command->min ? "few" : "many", command->name,
               command->parameters);
        return NULL;
    }
    return command;
}

/* False at the end of input. A line that is too long is refused whole, not run in pieces. */
static bool read_line(char line[LINE_SIZE])
{
    bool whole = true;

    printf("iomem> ");
    fflush(stdout);
    for (;;) {
        if (fgets(line, LINE_SIZE, stdin) == NULL)
            return false;
        bool ends = strchr(line, '\n') != NULL || feof(stdin);
        if (ends && whole)
            return true;
        if (ends)
            break;
        whole = false;
    }
    printf("That line is too long: %d characters at most.\n", LINE_SIZE - 2);
    line[0] = '\0';
    return true;
}

int monitor_run(void)
{
    char line[LINE_SIZE];
    struct words words;
    uint64_t status;

    puts("\nThe monitor: look around for yourself. \"help\" lists the commands.");
    while (read_line(line)) {
        const struct command *command = parse(line, &words);
        if (command == NULL)
            continue;
        if (command->run)
            command->run(&words);
        else if (words.count < 2)
            return 0;
        else if (monitor_number(&words, 1, "exit", &status))
            return (int)(status & 0xff);
    }
    puts("");
    return 0;
}
