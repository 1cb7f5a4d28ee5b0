#include "tests/host/requests.h"

#define FAR_PA far_pa()

static void add(struct request *list, size_t *count, const struct request *request)
{
    if (request->va - at(0) < space_size() && request->size <= space_size() - (request->va - at(0)))
        list[(*count)++] = *request;
}

size_t requests(struct request list[REQUESTS_MAX])
{
    uint64_t p = page(), t = table_span(), g = block_span(1), s = space_size();
    const struct request all[] = {
        {"the first page", at(0), FAR_PA, p},
        {"a page in the middle", at(s / 2 + 7 * p), FAR_PA + 3 * p, p},
        {"the last page", at(s - p), FAR_PA + 9 * p, p},
        {"three pages over the end of a table", at(t - p), FAR_PA, 3 * p},
        {"pages over three tables, pa off", at(t - p), FAR_PA + 5 * p, 2 * t + 3 * p},
        {"one block", at(t), FAR_PA + t, t},
        {"pages, a block, pages", at(t - 2 * p), FAR_PA + 3 * t - 2 * p, t + 5 * p},
        {"a block's size, pa off by a page", at(t), FAR_PA + p, t},
        {"a block's size, va off by a page", at(t + p), FAR_PA + t, t},
        {"a block's size less a page", at(t), FAR_PA + t, t - p},
        {"the last block of the half", at(s - t), FAR_PA, t},
        {"the half's last three pages", at(s - 3 * p), FAR_PA, 3 * p},
        {"blocks over the end of a level 2 table", at(g - t - p), FAR_PA + t - p, 2 * t + 2 * p},
        {"pages over the middle of the half", at(s / 2 - 2 * p), FAR_PA + p, 4 * p},
        {"a level 1 span", at(g), FAR_PA + g, g},
        {"a level 1 span, a block and a page", at(g), FAR_PA + g, g + t + p},
        {"a level 1 span, pa off by a block", at(g), FAR_PA + t, g},
        {"a level 1 span from a block before", at(g - t), FAR_PA + g - t, g + 2 * t},
        {"pages over a quarter of the output", at(t - p), FAR_PA - 3 * p, 7 * p},
        {"blocks over a quarter of the output", at(2 * t), FAR_PA - 2 * t, 4 * t},
        {"a level 0 span", at(block_span(0)), FAR_PA, block_span(0)},
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].size < block_span(0) || world_shape.granule_bits == 12) /* 64K has no level 0 */
            add(list, &count, &all[i]);
    return count;
}

uint64_t leaf_due(const struct request *request, uint64_t va)
{
    for (int level = 0; level < 3; level++) {
        uint64_t span = block_span(level), first = va & ~(span - 1);

        if (has_block(level) && first >= request->va && first - request->va + span <= request->size &&
            !((request->pa + (first - request->va)) & (span - 1)))
            return span;
    }
    return page();
}
