#include "tests/host/shape.h"

#include "mmu/space.h"

struct mmu_space *world_space;
struct shape world_shape;
static struct mmu_space high_space;

const struct shape shapes[] = {
#define HALF(format, rules, granule_bits, va_bits, half)                                                               \
    {                                                                                                                  \
#format " " #va_bits " " #half, &mmu_##format, rules, granule_bits, va_bits, #half[0] == 'h', false            \
    }
#define NO_BREAK(format, granule_bits, va_bits, half)                                                                  \
    {                                                                                                                  \
#format " " #va_bits " " #half " BBM", &mmu_##format, NULL, granule_bits, va_bits, #half[0] == 'h', true       \
    }
#define WIDE(format, granule_bits, va_bits)                                                                            \
    HALF(format, &judge_wide, granule_bits, va_bits, low), HALF(format, &judge_wide, granule_bits, va_bits, high)
#define SHAPE(format, granule_bits, va_bits)                                                                           \
    HALF(format, NULL, granule_bits, va_bits, low), HALF(format, NULL, granule_bits, va_bits, high)
    SHAPE(vmsa64_4k, 12, 36),
    SHAPE(vmsa64_4k, 12, 39),
    SHAPE(vmsa64_4k, 12, 42),
    SHAPE(vmsa64_4k, 12, 48),
    SHAPE(vmsa64_16k, 14, 36),
    SHAPE(vmsa64_16k, 14, 39),
    SHAPE(vmsa64_16k, 14, 47),
    SHAPE(vmsa64_16k, 14, 48),
    SHAPE(vmsa64_64k, 16, 36),
    SHAPE(vmsa64_64k, 16, 42),
    SHAPE(vmsa64_64k, 16, 47),
    SHAPE(vmsa64_64k, 16, 48),
    WIDE(vmsa64_4k_52, 12, 39),
    WIDE(vmsa64_4k_52, 12, 48),
    WIDE(vmsa64_4k_52, 12, 49),
    WIDE(vmsa64_4k_52, 12, 52),
    WIDE(vmsa64_16k_52, 14, 47),
    WIDE(vmsa64_16k_52, 14, 52),
    WIDE(vmsa64_64k_52, 16, 42),
    WIDE(vmsa64_64k_52, 16, 48),
    WIDE(vmsa64_64k_52, 16, 52),
    NO_BREAK(vmsa64_4k, 12, 39, high),
    NO_BREAK(vmsa64_16k, 14, 36, low),
    NO_BREAK(vmsa64_64k, 16, 42, high),
    HALF(lpae, &judge_lpae, 12, 30, low),
    HALF(lpae, &judge_lpae, 12, 31, low),
    HALF(lpae, &judge_lpae, 12, 32, low),
    HALF(lpae, &judge_lpae, 12, 30, high),
    HALF(lpae, &judge_lpae, 12, 31, high),
    HALF(short, &judge_short, 12, 31, low),
    HALF(short, &judge_short, 12, 32, low),
    HALF(short, &judge_short, 12, 30, high),
    HALF(short, &judge_short, 12, 31, high),
    HALF(short_pxn, &judge_short_pxn, 12, 31, low),
    HALF(short_pxn, &judge_short_pxn, 12, 31, high),
    HALF(stage2_4k, &judge_stage2, 12, 36, low),
    HALF(stage2_4k, &judge_stage2, 12, 40, low),
    HALF(stage2_4k, &judge_stage2, 12, 48, low),
};
const size_t shape_count = sizeof shapes / sizeof shapes[0];

bool shape_open(const struct shape *shape, const struct model_config *config)
{
    struct model_config fitting = *config;
    struct model_space known;

    world_shape = *shape;
    fitting.no_break = shape->no_break;
    fitting.entry_bytes = shape->rules ? shape->rules->slot_bytes : 8;
    if (shape->rules == &judge_wide && !config->pa_bits)
        fitting.pa_bits = 52;
    model_start(&fitting);
    if (shape->high) {
        world_space = &high_space;
        if (mmu_space_init(world_space, shape->format, shape->va_bits, &model_backend, MMU_SPACE_HIGH) != MMU_OK)
            return false;
    } else {
        world_space = mmu_space_create(shape->format, shape->va_bits, &model_backend);
        if (!world_space)
            return false;
    }
    known = (struct model_space){.space = world_space,
                                 .rules = shape->rules,
                                 .granule_bits = shape->granule_bits,
                                 .va_bits = shape->va_bits,
                                 .high = shape->high,
                                 .root = mmu_space_root(world_space)};
    model_adopt(&known);
    return true;
}

void shape_close(void)
{
    model_watch(NULL);
    if (world_shape.high)
        mmu_space_release(world_space);
    else
        mmu_space_destroy(world_space);
    model_forget(world_space);
}

uint64_t page(void)
{
    return UINT64_C(1) << world_shape.granule_bits;
}

uint64_t block_span(int level)
{
    struct judge_regime regime = model_regime(world_space);

    return UINT64_C(1) << judge_level_shift(&regime, level);
}

uint64_t table_span(void)
{
    return block_span(2);
}

static bool is_wide(void)
{
    return world_shape.rules == &judge_wide;
}

bool has_block(int level)
{
    int first = world_shape.granule_bits == 12 ? 1 : 2;

    return level <= 2 && level >= first - is_wide() && block_span(level) < space_size();
}

uint64_t at(uint64_t offset)
{
    struct judge_regime regime = model_regime(world_space);

    return judge_base(&regime) + offset;
}

static bool has_pxn_sections(void)
{
    return world_shape.rules == &judge_short_pxn;
}

static bool is_short(void)
{
    return world_shape.rules == &judge_short || has_pxn_sections();
}

uint64_t far_pa(void)
{
    if (is_wide())
        return UINT64_C(1) << 50;
    return UINT64_C(1) << (world_shape.rules == &judge_lpae ? 38 : is_short() ? 30 : 46);
}

uint64_t space_size(void)
{
    return UINT64_C(1) << world_shape.va_bits;
}

/* The MAIR byte of a type: ARMv7 has two Device types; short descriptors have no allocation on writes through. */
static unsigned mair_of(uint32_t attr)
{
    static const unsigned byte[] = {0x00, 0x04, 0x08, 0x0c, 0x44, 0xbb, 0xff};
    unsigned type = attr & MMU_TYPE_MASK;

    if (is_short() && type == MMU_WRITETHROUGH)
        return 0xaa;
    return byte[(is_short() || world_shape.rules == &judge_lpae) && type < MMU_UNCACHED && type ? MMU_DEVICE_nGnRE
                                                                                                : type];
}

static bool stage2(void)
{
    return world_shape.rules == &judge_stage2;
}

uint32_t attr_given(uint32_t attr)
{
    return stage2() ? attr & ~(uint32_t)MMU_USER : attr;
}

/* Stage 2 grants EL1 and EL0 the same. */
static bool permissions_wrong(const struct judge_leaf *leaf, uint32_t attr)
{
    unsigned data = JUDGE_R | (attr & MMU_WRITE ? JUDGE_W : 0u), exec = attr & MMU_EXEC ? JUDGE_X : 0u;
    bool user = attr & MMU_USER;

    if (stage2())
        return leaf->el1 != (data | exec) || leaf->el0 != leaf->el1;
    if (is_short() && !(has_pxn_sections() && leaf->level == 2)) /* no PXN */
        user = user && !exec;
    return leaf->el1 != (data | (user ? 0 : exec)) || leaf->el0 != (attr & MMU_USER ? data | exec : 0);
}

const char *attributes_wrong(const struct judge_leaf *leaf, uint32_t wanted)
{
    uint32_t attr = attr_given(wanted);
    bool user = attr & MMU_USER, exec = attr & MMU_EXEC, cacheable = (attr & MMU_TYPE_MASK) >= MMU_WRITETHROUGH;

    if (leaf->mair != mair_of(attr) || leaf->sh != (cacheable ? 3 : 2))
        return "another memory type or shareability";
    if (permissions_wrong(leaf, attr))
        return "other permissions";
    if ((!world_shape.rules || is_wide()) && (leaf->pxn != (user || !exec) || leaf->uxn != !(user && exec)))
        return "another PXN or UXN";
    if (leaf->ng != (!stage2() && (user || !world_shape.high)) || !leaf->af)
        return "another nG or AF";
    return NULL;
}
