// What a program in C++ needs of a runtime that has no C++ library: memory, and an end for calls that cannot be.
#include <stddef.h>
#include <stdlib.h>

#include "startup/runtime.h"

// Without exceptions there is no other way to refuse: the compiler takes it that new never gives a null pointer.
void *operator new(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (memory == nullptr)
        panic("operator new: no memory for %zu bytes", size);
    return memory;
}

void *operator new[](size_t size)
{
    return operator new(size);
}

void operator delete(void *memory) noexcept
{
    free(memory);
}

void operator delete[](void *memory) noexcept
{
    free(memory);
}

void operator delete(void *memory, size_t) noexcept
{
    free(memory);
}

void operator delete[](void *memory, size_t) noexcept
{
    free(memory);
}

extern "C" void __cxa_pure_virtual(void)
{
    panic("a pure virtual function was called");
}
