#include "startup/bus_window.h"

bool bus_window_rise(struct bus_window *window, const struct bus_window *step)
{
    uint64_t into = window->pa - (step->pa + step->offset);

    if (into >= step->size)
        return false;
    if (window->size > step->size - into)
        window->size = step->size - into;
    window->pa -= step->offset;
    window->offset += step->offset;
    return true;
}
