/*
 * The walk's steps on interleaved descriptors. They are known to nobody else, so that what is expected of one is kept
 * here, by what its class is said to do: a length that grows, a state that says prepared, parts one after the other.
 */
#include "iomem/descriptor.h"
#include "tests/host/walk_bus.h"

enum { WEAVES = 3, PARTS = 5, SEGMENTS = 64 };

struct part {
    IOMemoryDescriptorRef md; /* the weave's reference alone */
    uint64_t offset, length;
};

static struct weave {
    IOInterleavedMemoryDescriptorRef self; /* NULL: none */
    struct part parts[PARTS];
    unsigned count, capacity;
    bool prepared;
} weaves[WEAVES];

static IOMemoryDescriptorRef md_of_weave(const struct weave *weave)
{
    return (IOMemoryDescriptorRef)weave->self;
}

static struct weave *weave_at(uint8_t byte)
{
    return &weaves[byte % WEAVES];
}

static uint64_t length_of(const struct weave *weave)
{
    uint64_t length = 0;

    for (unsigned i = 0; i < weave->count; i++)
        length += weave->parts[i].length;
    return length;
}

static void expect_length(const struct weave *weave)
{
    if (IOMemoryDescriptorGetLength(md_of_weave(weave)) != length_of(weave))
        walk_wrong("%ju bytes are interleaved, of %ju", (uintmax_t)IOMemoryDescriptorGetLength(md_of_weave(weave)),
                   (uintmax_t)length_of(weave));
}

void walk_weaves_each(void (*see)(IOMemoryDescriptorRef))
{
    for (size_t i = 0; i < WEAVES; i++) {
        if (!weaves[i].self)
            continue;
        see(md_of_weave(&weaves[i]));
        for (unsigned part = 0; part < weaves[i].count; part++)
            see(weaves[i].parts[part].md);
        expect_length(&weaves[i]);
    }
}

static bool is_borrowed(const struct weave *weave)
{
    bool borrowed = false;

    for (unsigned i = 0; i < weave->count; i++)
        borrowed |= walk_is_borrowed(weave->parts[i].md);
    return borrowed;
}

static void make(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    unsigned capacity = b[LENGTH] % (PARTS + 1);

    if (weave->self)
        return;
    weave->self = IOInterleavedMemoryDescriptorCreateWithCapacity(capacity, b[OPTIONS] & 3);
    if (!weave->self != !capacity && !walk.starved)
        walk_wrong("an interleaved descriptor of %u parts is %s", capacity, weave->self ? "made" : "not made");
    weave->capacity = capacity;
    weave->count = 0;
    weave->prepared = false;
}

static void add(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    struct part part = {walk_thing(b[OTHER]), b[OFFSET] % 8 * PAGE / 2, (1 + b[LENGTH] % 8) * PAGE};
    uint64_t length = part.md ? IOMemoryDescriptorGetLength(part.md) : 0;
    bool fits, added;

    if (!weave->self)
        return;
    if (b[OPTIONS] & 1 && part.offset <= length) /* the rest of it */
        part.length = length - part.offset;
    if ((b[OPTIONS] & 0xe) == 0xe)
        part.length = UINT64_MAX - part.offset + (b[LENGTH] & 1);
    fits = part.md && !weave->prepared && weave->count < weave->capacity && part.offset <= length &&
           part.length <= length - part.offset;
    added = IOInterleavedMemoryDescriptorSetMemoryDescriptor(weave->self, part.md, part.offset, part.length);
    if (added != fits)
        walk_wrong("a part is %s an interleaved descriptor of %u parts of %u", added ? "added to" : "refused by",
                   weave->count, weave->capacity);
    if (added)
        weave->parts[weave->count++] = part;
}

/* How often the parts are prepared, as far as they count that. */
static uint64_t prepares(const struct weave *weave)
{
    uint64_t sum = 0, offset = 0;

    for (unsigned i = 0; i < weave->count; i++) {
        IOMemoryDescriptorRef md = weave->parts[i].md;

        while (descriptor_methods(md)->resolve)
            md = descriptor_methods(md)->resolve(md, &offset);
        if (descriptor_methods(md)->collect)
            sum += ((struct IOGeneralMemoryDescriptor *)md)->wire_count;
    }
    return sum;
}

static void prepare(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    uint64_t before = prepares(weave);

    if (!weave->self || is_borrowed(weave))
        return;
    if (IOMemoryDescriptorPrepare(md_of_weave(weave), b[OPTIONS] & 3) == kIOReturnSuccess)
        weave->prepared = true;
    else if (prepares(weave) != before)
        walk_wrong("parts stay prepared, and their interleaved descriptor cannot be");
}

static void complete(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);

    if (!weave->self)
        return;
    if (IOMemoryDescriptorComplete(md_of_weave(weave), b[OPTIONS] & 3) != kIOReturnSuccess)
        walk_wrong("an interleaved descriptor is not completed");
    weave->prepared = false;
}

static void clear(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    IODirection direction = IOMemoryDescriptorGetDirection(md_of_weave(weave)), wanted = b[OPTIONS] & 3;

    if (!weave->self)
        return;
    IOMemoryDescriptorSetTag(md_of_weave(weave), b[OTHER]);
    IOInterleavedMemoryDescriptorClearMemoryDescriptors(weave->self, wanted);
    if (IOMemoryDescriptorGetDirection(md_of_weave(weave)) != (wanted ? wanted : direction) ||
        IOMemoryDescriptorGetTag(md_of_weave(weave)))
        walk_wrong("an interleaved descriptor that is emptied keeps its tag, or another's direction");
    weave->count = 0;
    weave->prepared = false;
}

static void release(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);

    if (weave->self && count_of(weave->self) != 1)
        walk_wrong("an interleaved descriptor has %d references", count_of(weave->self));
    drop(weave->self);
    *weave = (struct weave){0};
}

/* The segment of the part that the byte lies in, and what of it is the part's. */
static uint64_t expected(const struct weave *weave, uint64_t offset, uint64_t *size, IOOptionBits options)
{
    const struct part *part = weave->parts;
    uint64_t pa;

    while (offset >= part->length)
        offset -= part++->length;
    pa = IOMemoryDescriptorGetPhysicalSegment(part->md, part->offset + offset, size, options);
    *size = *size < part->length - offset ? *size : part->length - offset;
    return pa;
}

static void segments(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    IOOptionBits options = b[OPTIONS] & 1 ? kIOMemoryMapperNone : 0;
    uint64_t length = length_of(weave), at = length ? b[OFFSET] * PAGE / 2 % length : 0, size = 1;

    for (unsigned i = 0; weave->self && at < length && size && i < SEGMENTS; i++, at += size) {
        uint64_t wanted, wanted_pa = expected(weave, at, &wanted, options);
        uint64_t pa = IOMemoryDescriptorGetPhysicalSegment(md_of_weave(weave), at, &size, options);

        if (walk_bus_refused) /* the one or the other */
            return;
        if (size != wanted || (size && pa != wanted_pa))
            walk_wrong("byte %#jx of an interleaved descriptor is %#jx at %#jx, its part's %#jx at %#jx", (uintmax_t)at,
                       (uintmax_t)size, (uintmax_t)pa, (uintmax_t)wanted, (uintmax_t)wanted_pa);
    }
    IOMemoryDescriptorGetPhysicalSegment(md_of_weave(weave), length, &size, options);
    if (size)
        walk_wrong("%#jx bytes lie behind an interleaved descriptor", (uintmax_t)size);
    IOMemoryDescriptorGetPhysicalSegment(md_of_weave(weave), at, NULL, options);
}

/* Alone or in a Multi, it cannot be mapped. */
static void map(const uint8_t *b)
{
    struct weave *weave = weave_at(b[WHICH]);
    IOMemoryDescriptorRef parts[] = {walk_thing(b[OTHER]), md_of_weave(weave)};
    void *several;

    if (!weave->self)
        return;
    if (IOMemoryDescriptorCreateMappingInTask(parts[1], walk_task(b[TASK]), 0, kIOMapAnywhere, 0, 0))
        walk_wrong("an interleaved descriptor is mapped");
    if (!parts[0] || walk_is_borrowed(parts[0]) || length_of(weave) == 0)
        return;
    several = IOMultiMemoryDescriptorCreateWithDescriptors(parts, 2, kIODirectionInOut, false);
    if (several && IOMemoryDescriptorCreateMappingInTask(several, walk_task(b[TASK]), 0, kIOMapAnywhere, 0, 0))
        walk_wrong("an interleaved descriptor is mapped as a part");
    drop(several);
}

void walk_weaves_end(void)
{
    for (uint8_t i = 0; i < WEAVES; i++)
        release((const uint8_t[STEP_BYTES]){[WHICH] = i});
}

const struct walk_kind walk_weaves[] = {
    {"weave", 3, make},          {"weave add", 6, add}, {"w.prepare", 4, prepare}, {"w.complete", 3, complete},
    {"w.segments", 3, segments}, {"weave map", 2, map}, {"w.clear", 2, clear},     {"w.release", 2, release},
};
const size_t walk_weaves_count = sizeof walk_weaves / sizeof walk_weaves[0];
