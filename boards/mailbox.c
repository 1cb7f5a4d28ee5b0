/*
 * Two one-way mailboxes of a word each: 0 from the VideoCore, 1 to it. A word is an address, a multiple of 16, and
 * the channel's number. Documented by Raspberry Pi's "Mailbox property interface".
 */
#include "boards/mailbox.h"

#include <stdbool.h>
#include <stddef.h>

#include "mmu/cache.h"

enum { READ = 0x00, STATUS_0 = 0x18, WRITE = 0x20, STATUS_1 = 0x38 };
enum { CHANNEL_PROPERTIES = 8, CHANNEL_MASK = 15, PATIENCE = 10000000 };
#define STATUS_EMPTY (UINT32_C(1) << 30)
#define STATUS_FULL  (UINT32_C(1) << 31)

/* The message's second word, and the third of each tag: an answer has bit 31, a tag's its length in bytes as well. */
#define ANSWER   (UINT32_C(1) << 31)
#define ACCEPTED (UINT32_C(1) << 31)

enum { HEADER_WORDS = 2, TAG_WORDS = 3, END_WORDS = 1, BUFFER_WORDS = MAILBOX_BUFFER_SIZE / 4 };

/* RAM as the VideoCore sees it past its own caches. The ARM's caches it does not see at all. */
#define BUS_ALIAS UINT32_C(0xC0000000)

static volatile uint32_t *reg(const struct mailbox *mailbox, unsigned offset)
{
    return (volatile uint32_t *)(mailbox->registers + offset);
}

static bool wait_while(const struct mailbox *mailbox, unsigned status, uint32_t mask)
{
    for (int patience = PATIENCE; patience; patience--)
        if (!(*reg(mailbox, status) & mask))
            return true;
    return false;
}

static bool fits(const struct mailbox *mailbox, const struct mailbox_tag *tags, unsigned count)
{
    unsigned words = HEADER_WORDS + END_WORDS;

    if (mailbox->buffer_pa & CHANNEL_MASK || mailbox->buffer_pa + MAILBOX_BUFFER_SIZE > UINT32_C(0x40000000))
        return false;
    for (unsigned i = 0; i < count && words <= BUFFER_WORDS; i++) {
        if (tags[i].count > MAILBOX_VALUES)
            return false;
        words += TAG_WORDS + tags[i].count;
    }
    return words <= BUFFER_WORDS;
}

static void write_list(uint32_t *buffer, const struct mailbox_tag *tags, unsigned count)
{
    uint32_t *at = buffer + HEADER_WORDS;

    for (unsigned i = 0; i < count; i++) {
        *at++ = tags[i].id;
        *at++ = tags[i].count * 4;
        *at++ = 0;
        for (uint32_t j = 0; j < tags[i].count; j++)
            *at++ = tags[i].values[j];
    }
    *at++ = 0;
    buffer[0] = (uint32_t)(at - buffer) * 4;
    buffer[1] = 0;
}

/* An answer may be longer than the room that it was given: only what is there is taken. */
static void read_list(const uint32_t *buffer, struct mailbox_tag *tags, unsigned count)
{
    const uint32_t *at = buffer + HEADER_WORDS;

    for (unsigned i = 0; i < count; i++) {
        uint32_t room = tags[i].count, code = at[2];
        uint32_t words = code & ANSWER ? (code & ~ANSWER) / 4 : 0;

        for (uint32_t j = 0; j < room; j++)
            tags[i].values[j] = at[TAG_WORDS + j];
        tags[i].count = words < room ? words : room;
        at += TAG_WORDS + room;
    }
}

/* Words of other channels, and answers that somebody before us never took, are thrown away. */
static bool exchange(const struct mailbox *mailbox, uint32_t word)
{
    if (!wait_while(mailbox, STATUS_1, STATUS_FULL))
        return false;
    *reg(mailbox, WRITE) = word;
    for (int answers = 0; answers < 64; answers++) {
        if (!wait_while(mailbox, STATUS_0, STATUS_EMPTY))
            return false;
        if (*reg(mailbox, READ) == word)
            return true;
    }
    return false;
}

/* Invalidated after the answer once more: meanwhile the CPU may have read the lines ahead. */
int mailbox_call(const struct mailbox *mailbox, struct mailbox_tag *tags, unsigned count)
{
    uint32_t *buffer = mailbox->buffer;

    if (!fits(mailbox, tags, count))
        return MAILBOX_ROOM;
    write_list(buffer, tags, count);
    cache_clean_invalidate(buffer, MAILBOX_BUFFER_SIZE);
    if (!exchange(mailbox, ((uint32_t)mailbox->buffer_pa | BUS_ALIAS) | CHANNEL_PROPERTIES))
        return MAILBOX_SILENT;
    cache_invalidate(buffer, MAILBOX_BUFFER_SIZE);
    if (buffer[1] != ACCEPTED)
        return MAILBOX_REFUSED;
    read_list(buffer, tags, count);
    return 0;
}
